//! The steady load: requests start at fixed times, however long the earlier ones take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mailer_mock::MailerMock;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::caller::Caller;
use crate::mails::Mails;
use crate::{attackers, people};

/// A step of the load, and in how many of these steps a person registers or somebody guesses.
const STEP: Duration = Duration::from_millis(100);
const PERSON_EVERY: u32 = 4;
const GUESS_EVERY: u32 = 20;

pub(crate) struct Load {
    caller: Caller,
    pub(crate) mails: Mails,
    stop: Arc<AtomicBool>,
    generator: tokio::task::JoinHandle<JoinSet<()>>,
    background: JoinSet<()>,
    floods: u32,
}

impl Load {
    pub(crate) fn start(caller: Caller, mailer: MailerMock) -> Self {
        let mails = Mails::default();
        let mut background = JoinSet::new();
        background.spawn(mails.clone().collect(mailer));
        let stop = Arc::<AtomicBool>::default();
        let generator = tokio::spawn(generate(caller.clone(), mails.clone(), stop.clone()));
        Self {
            caller,
            mails,
            stop,
            generator,
            background,
            floods: 0,
        }
    }

    /// Starts to register one more address again and again.
    pub(crate) fn flood_another_address(&mut self) {
        self.background
            .spawn(attackers::flood(self.caller.clone(), self.floods));
        self.floods += 1;
    }

    /// Starts no more requests, and waits for those who have begun.
    pub(crate) async fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Ok(people) = (&mut self.generator).await {
            people.join_all().await;
        }
    }
}

async fn generate(caller: Caller, mails: Mails, stop: Arc<AtomicBool>) -> JoinSet<()> {
    let mut people = JoinSet::new();
    let mut steps = interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for step in 0_u32.. {
        steps.tick().await;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        while people.try_join_next().is_some() {}
        people.spawn(people::look(caller.clone(), step as usize));
        if step.is_multiple_of(PERSON_EVERY) {
            people.spawn(people::live(caller.clone(), mails.clone(), step));
        }
        if step % GUESS_EVERY == 1 {
            people.spawn(attackers::guess(caller.clone(), mails.clone(), step));
        }
    }
    people
}
