//! Whether a folder is on a disk of this machine.
//!
//! SQLite's write-ahead log needs shared memory and honest locks, which network
//! and shared file systems do not give: two computers on one file lose
//! transactions. The kernel's own list of mounts tells, without a system call
//! that would need unsafe code.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// File systems of other computers and of virtual machine hosts.
const SHARED: &[&str] = &[
    "9p",
    "acfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "drvfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "prl_fs",
    "pvfs2",
    "smb3",
    "smbfs",
    "vboxsf",
    "vmhgfs",
];

/// The same in user space; the type is `fuse.` and one of these.
const SHARED_FUSE: &[&str] = &[
    "ceph",
    "ceph-fuse",
    "cifs",
    "curlftpfs",
    "davfs",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "google-drive-ocamlfuse",
    "goofys",
    "gvfsd-fuse",
    "juicefs",
    "nfs",
    "onedriver",
    "rclone",
    "s3fs",
    "smbnetfs",
    "sshfs",
    "vmhgfs-fuse",
];

/// The type of the shared file system that holds `folder`, or `None` when it is
/// local or unknown.
pub(super) fn shared_file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = std::fs::read("/proc/self/mountinfo").ok()?;
    let kind = mounted_as(&folder, &mounts)?;
    is_shared(&kind).then_some(kind)
}

fn is_shared(kind: &str) -> bool {
    match kind.strip_prefix("fuse.") {
        Some(program) => SHARED_FUSE.contains(&program),
        None => SHARED.contains(&kind),
    }
}

/// The file system type of the mount that holds a folder: the longest mount
/// point that leads to it, and the last of equal ones, which covers the others.
fn mounted_as(folder: &Path, mountinfo: &[u8]) -> Option<String> {
    let mut best: Option<(usize, String)> = None;
    for line in mountinfo.split(|&b| b == b'\n') {
        let Some((mount_point, kind)) = parse_mount(line) else {
            continue;
        };
        let depth = mount_point.components().count();
        if folder.starts_with(&mount_point) && best.as_ref().is_none_or(|b| depth >= b.0) {
            best = Some((depth, kind));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Mount point and type from a line of proc_pid_mountinfo(5): the fifth field,
/// and the first after the lone hyphen.
fn parse_mount(line: &[u8]) -> Option<(PathBuf, String)> {
    let fields: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
    let hyphen = fields.iter().position(|f| *f == b"-")?;
    let kind = String::from_utf8_lossy(fields.get(hyphen + 1)?).into_owned();
    let mount_point = unescape(fields.get(4)?);
    Some((PathBuf::from(OsString::from_vec(mount_point)), kind))
}

/// The kernel writes space, tab, newline and backslash as `\` and three octal
/// digits.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let octal = tail
            .get(..3)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match (first, octal) {
            (b'\\', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(3..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &[u8] = b"\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:40 / /mnt/ward\\040share rw - cifs //server/share rw
31 27 0:41 / /home/a/remote rw,nosuid shared:9 master:1 - fuse.sshfs host: rw
32 31 254:1 / /home/a/remote/local rw - xfs /dev/vdb rw
33 27 0:42 / /data rw - nfs4 server:/ rw
34 27 254:2 / /data rw - btrfs /dev/vdc rw
35 27 254:3 / /media/stick rw - fuseblk /dev/sdb1 rw
36 27 0:44 / /data2 rw - nfs4 server:/ rw
";

    #[test]
    fn the_mount_that_holds_a_folder_decides() {
        for (folder, kind, shared) in [
            ("/home/a", "ext4", false),
            ("/mnt/ward share/reviews", "cifs", true),
            ("/home/a/remote/x", "fuse.sshfs", true),
            ("/home/a/remote2", "ext4", false),
            ("/home/a/remote/local/x", "xfs", false),
            ("/data/x", "btrfs", false),
            ("/data2", "nfs4", true),
            ("/media/stick", "fuseblk", false),
        ] {
            let found = mounted_as(Path::new(folder), MOUNTS).unwrap();
            assert_eq!((found.as_str(), is_shared(&found)), (kind, shared));
        }
    }

    #[test]
    fn this_machine_has_a_type_for_its_root() {
        let mounts = std::fs::read("/proc/self/mountinfo").unwrap();
        assert!(mounted_as(Path::new("/proc/self"), &mounts).is_some_and(|k| k == "proc"));
    }
}
