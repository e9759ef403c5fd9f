//! A queue with two priorities: what the user looks at overtakes the rest.

use crossbeam_channel::{Receiver, Sender, TryRecvError, select_biased, unbounded};

/// How soon a job is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Somebody is looking at the place where the answer goes.
    Seen,
    /// Wanted later, done when nothing is being waited for.
    Background,
}

/// The end of a queue that the window holds. Dropping every sender ends the
/// thread once the job in hand is done.
pub struct JobSender<J> {
    seen: Sender<J>,
    background: Sender<J>,
}

impl<J> JobSender<J> {
    /// False if the thread is gone.
    pub fn send(&self, priority: Priority, job: J) -> bool {
        match priority {
            Priority::Seen => self.seen.send(job).is_ok(),
            Priority::Background => self.background.send(job).is_ok(),
        }
    }
}

/// The end of a queue that a thread holds; a pool shares it.
pub struct JobReceiver<J> {
    seen: Receiver<J>,
    background: Receiver<J>,
}

impl<J> Clone for JobReceiver<J> {
    fn clone(&self) -> Self {
        Self {
            seen: self.seen.clone(),
            background: self.background.clone(),
        }
    }
}

impl<J> JobReceiver<J> {
    /// A job that waits already and that somebody looks at; as
    /// [`Self::waiting`].
    pub fn seen(&self) -> Result<J, TryRecvError> {
        self.seen.try_recv()
    }

    /// A job that waits already; `Empty` where there is none, `Disconnected`
    /// when the window has gone.
    pub fn waiting(&self) -> Result<J, TryRecvError> {
        match self.seen.try_recv() {
            Err(TryRecvError::Empty) => self.background.try_recv(),
            found => found,
        }
    }

    /// Waits for a job; `None` when the window has gone. Background jobs that
    /// are still queued then are not done.
    pub fn next(&self) -> Option<J> {
        match self.seen.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        select_biased! {
            recv(self.seen) -> job => job.ok(),
            recv(self.background) -> job => job.ok(),
        }
    }
}

/// A new queue.
pub fn job_queue<J>() -> (JobSender<J>, JobReceiver<J>) {
    let (seen_in, seen_out) = unbounded();
    let (background_in, background_out) = unbounded();
    (
        JobSender {
            seen: seen_in,
            background: background_in,
        },
        JobReceiver {
            seen: seen_out,
            background: background_out,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_overtakes_what_is_not_and_order_is_kept_within_each() {
        let (sender, receiver) = job_queue();
        for job in 0..3 {
            sender.send(Priority::Background, job);
        }
        sender.send(Priority::Seen, 10);
        sender.send(Priority::Seen, 11);
        let order: Vec<i32> = (0..5).filter_map(|_| receiver.next()).collect();
        assert_eq!(order, [10, 11, 0, 1, 2]);
    }

    #[test]
    fn the_queue_ends_with_its_sender_and_leaves_background_work_undone() {
        let (sender, receiver) = job_queue();
        sender.send(Priority::Background, 1);
        drop(sender);
        assert_eq!(receiver.next(), None);
    }
}
