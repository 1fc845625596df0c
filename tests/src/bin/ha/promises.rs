//! The final checks: whatever a client was told still holds.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use entity::email_outbox;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tests::within;
use tokio::time::sleep;

use crate::attackers::{EMAILS, TRIES};
use crate::caller::{Caller, Reply};
use crate::mails::{Email, Mails};
use tests::Outcome;

/// The longest time until all emails are sent: twice the lease of a worker that is gone.
const EMAIL_TIMEOUT: Duration = Duration::from_mins(1);

/// How often a session is looked at before it counts as not answered.
const ATTEMPTS: usize = 5;

/// The least time between two codes of one registration in milliseconds: the lease of the first must be over. The code
/// is drawn a little after its lease begins.
const REDRAWN_AFTER: i64 = 29_000;

/// Checks everything, and prints how much there was to check.
pub(crate) async fn check(caller: &Caller, mails: &Mails, db: &DatabaseConnection) -> Outcome<()> {
    within(EMAIL_TIMEOUT, "all emails are sent", async || {
        tests::count::<email_outbox::Entity>(db).await == 0
    })
    .await;
    // The last one is on its way from the mailbox to the list.
    sleep(Duration::from_secs(1)).await;
    check_users(caller, db).await?;
    check_sessions(caller).await;
    check_limits(caller, mails);
    check_emails(caller, mails, db).await
}

async fn check_users(caller: &Caller, db: &DatabaseConnection) -> Outcome<()> {
    let users: HashSet<String> = texts(db, "SELECT email AS value FROM users")
        .await?
        .into_iter()
        .collect();
    let activated = caller.record.facts().activated.clone();
    for email in activated.difference(&users) {
        caller
            .record
            .broken(format!("{email} was activated and does not exist"));
    }
    println!("checked {} activations that were acknowledged", activated.len());
    Ok(())
}

async fn check_sessions(caller: &Caller) {
    let (open, ended) = {
        let facts = caller.record.facts();
        (facts.open.clone(), facts.ended.clone())
    };
    for (session, email) in &open {
        match answer_to(caller, session).await {
            Reply::Data(me) if me["email"] == **email => {}
            _ => caller.record.broken(format!("a session of {email} is lost")),
        }
    }
    for session in &ended {
        if !matches!(answer_to(caller, session).await, Reply::Refused(code) if code == "UNAUTHENTICATED") {
            caller.record.broken("a session that has ended works again".to_owned());
        }
    }
    println!(
        "checked {} open sessions and {} that were ended",
        open.len(),
        ended.len()
    );
}

async fn answer_to(caller: &Caller, session: &str) -> Reply {
    for _ in 1..ATTEMPTS {
        match caller.me(session).await {
            Reply::Failed => sleep(Duration::from_secs(1)).await,
            reply => return reply,
        }
    }
    caller.me(session).await
}

fn check_limits(caller: &Caller, mails: &Mails) {
    let (wrong_codes, floods) = {
        let facts = caller.record.facts();
        (facts.wrong_codes.clone(), facts.floods.clone())
    };
    for (email, wrong) in &wrong_codes {
        let codes = distinct(&mails.to(email));
        if *wrong > TRIES * codes {
            caller.record.broken(format!(
                "{email}: {wrong} wrong codes were checked against {codes} codes"
            ));
        }
    }
    for (email, accepted) in &floods {
        if *accepted > EMAILS {
            caller
                .record
                .broken(format!("{email} was registered {accepted} times in an hour"));
        }
    }
    let most = wrong_codes.values().max().copied().unwrap_or_default();
    println!(
        "checked {} addresses with wrong codes: at most {most} were compared",
        wrong_codes.len()
    );
    let accepted: Vec<_> = floods.values().collect();
    println!(
        "checked {} addresses registered without pause: {accepted:?} registrations were accepted",
        floods.len()
    );
}

/// Every acknowledged registration has an email, and each code of it has one Message-ID.
async fn check_emails(caller: &Caller, mails: &Mails, db: &DatabaseConnection) -> Outcome<()> {
    let registered = caller.record.facts().registered.clone();
    let all = mails.all();
    for email in registered.iter().filter(|email| !all.contains_key(*email)) {
        caller.record.broken(format!("the email to {email} is lost"));
    }
    let draws = draws(db).await?;
    let (mut sent, mut repeated, mut redrawn) = (0, 0, 0);
    for email in &registered {
        let emails = mails.to(email);
        let times = draws.get(email).cloned().unwrap_or_default();
        sent += emails.len();
        repeated += emails.len() - distinct(&emails);
        redrawn += distinct(&emails).saturating_sub(1);
        if distinct(&emails) > times.len() {
            caller.record.broken(format!("{email} has more codes than were drawn"));
        }
        if times.windows(2).any(|pair| pair[1] - pair[0] < REDRAWN_AFTER) {
            caller.record.broken(format!(
                "codes of {email} were drawn too soon after each other: {times:?}"
            ));
        }
    }
    println!(
        "checked {} registrations that were acknowledged: {sent} emails, {repeated} of them again with the same \
         Message-ID, {redrawn} again with a new code, 30 s later",
        registered.len()
    );
    Ok(())
}

fn distinct(emails: &[Email]) -> usize {
    emails.iter().map(|email| &email.id).collect::<HashSet<_>>().len()
}

/// When the codes of each address were drawn, in milliseconds.
async fn draws(db: &DatabaseConnection) -> Outcome<HashMap<String, Vec<i64>>> {
    let sql = "SELECT email, account_events.created_at AS drawn_at FROM account_events \
        JOIN verifications ON verifications.id = account_events.user_id \
        WHERE kind = 'code_mailed' ORDER BY account_events.created_at";
    let mut draws: HashMap<String, Vec<i64>> = HashMap::new();
    for row in db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?
    {
        draws
            .entry(row.try_get("", "email")?)
            .or_default()
            .push(row.try_get("", "drawn_at")?);
    }
    Ok(draws)
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Outcome<Vec<String>> {
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get("", "value"))
        .collect::<Result<_, _>>()?)
}
