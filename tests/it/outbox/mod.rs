//! The outbox: every pending email is sent, despite failures of the mail server and with several workers.

mod commits;
mod domains;
mod retries;
mod unknown_rows;
mod workers;

use mailer_mock::{Action, FaultRule, Stage};

pub(crate) fn fault(stage: Stage, action: Action, times: u32) -> Vec<FaultRule> {
    vec![FaultRule {
        stage,
        action,
        times: Some(times),
        recipient: None,
        fired: 0,
    }]
}

pub(crate) fn reply(code: u16) -> Action {
    Action::Reply {
        code,
        text: "not now".to_owned(),
    }
}
