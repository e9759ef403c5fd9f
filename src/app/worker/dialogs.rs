//! File dialogs, each on a thread of its own, behind a trait so that a test
//! never opens one.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

use super::events::{Event, Events};
use crate::app::texts::dialogs as texts;

/// What a chosen path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    OpenRecording,
    ChooseBundle,
    ChoosePtbxl,
    ExportTables,
    ChooseConfig,
    ChooseTrainingData,
    /// The folder in which the bundle of a training is to be.
    ChooseTrainingPlace,
    ChooseRun,
    SavePrint,
    OpenFolder,
}

/// Asks for a path and waits for the answer.
pub trait Dialogs: Send + Sync {
    /// `None` when it was cancelled, and also when no dialog can be shown.
    fn ask(&self, purpose: Purpose) -> Option<PathBuf>;
}

/// The dialogs of the desktop (XDG portal, or zenity).
/// What ECG files are called, for the file dialog alone: the type is found from
/// the content.
pub(super) const ECG_ENDINGS: [&str; 8] = ["hea", "edf", "bdf", "csv", "npy", "dcm", "scp", "xml"];

pub struct NativeDialogs;

impl Dialogs for NativeDialogs {
    fn ask(&self, purpose: Purpose) -> Option<PathBuf> {
        let dialog = rfd::AsyncFileDialog::new();
        let handle = match purpose {
            Purpose::OpenRecording => block_on(
                dialog
                    .set_title(texts::OPEN_ECG)
                    .add_filter(texts::ECG_FILES, &ECG_ENDINGS)
                    .add_filter(texts::ALL_FILES, &["*"])
                    .pick_file(),
            ),
            Purpose::ChooseBundle => block_on(dialog.set_title(texts::CHOOSE_BUNDLE).pick_folder()),
            Purpose::ChoosePtbxl => block_on(dialog.set_title(texts::CHOOSE_PTBXL).pick_folder()),
            Purpose::SavePrint => block_on(
                dialog
                    .set_title(texts::SAVE_PRINT)
                    .add_filter(texts::PRINT_FILES, &["pdf", "svg", "png"])
                    .set_file_name("ecg.pdf")
                    .save_file(),
            ),
            Purpose::OpenFolder => block_on(dialog.set_title(texts::CHOOSE_ECGS).pick_folder()),
            Purpose::ExportTables => block_on(
                dialog
                    .set_title(texts::CHOOSE_PLACE_OF_TABLES)
                    .pick_folder(),
            ),
            Purpose::ChooseConfig => block_on(
                dialog
                    .set_title(texts::CHOOSE_CONFIG)
                    .add_filter(texts::RON_FILES, &["ron"])
                    .pick_file(),
            ),
            Purpose::ChooseTrainingData => {
                block_on(dialog.set_title(texts::CHOOSE_DATA).pick_folder())
            }
            Purpose::ChooseTrainingPlace => block_on(
                dialog
                    .set_title(texts::CHOOSE_PLACE_OF_BUNDLE)
                    .pick_folder(),
            ),
            Purpose::ChooseRun => block_on(dialog.set_title(texts::CHOOSE_RUN).pick_folder()),
        };
        handle.map(|handle| handle.path().to_owned())
    }
}

/// Shows a dialog on its own thread; the answer is an event.
pub fn ask_in_background(dialogs: &Arc<dyn Dialogs>, purpose: Purpose, events: &Events) {
    let (dialogs, thread_events) = (Arc::clone(dialogs), events.clone());
    let spawned = std::thread::Builder::new()
        .name("dialog".to_owned())
        .spawn(move || {
            let started = Instant::now();
            let path = dialogs.ask(purpose);
            thread_events.send(Event::DialogClosed {
                purpose,
                path,
                took: started.elapsed(),
            });
        });
    if spawned.is_err() {
        events.send(Event::DialogClosed {
            purpose,
            path: None,
            took: std::time::Duration::ZERO,
        });
    }
}

/// Waits for a future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_when_another_thread_wakes_the_future() {
        let mut woken = false;
        let future = std::future::poll_fn(move |context| {
            if woken {
                return Poll::Ready(7);
            }
            woken = true;
            let waker = context.waker().clone();
            std::thread::spawn(move || waker.wake());
            Poll::Pending
        });
        assert_eq!(block_on(future), 7);
    }
}
