//! Which limits there are. The numbers are explained in `docs/security.md`.

use std::time::Duration;

use entity::{HiddenText, Purpose, Timestamp, user};
use sea_orm::sea_query::{CaseStatement, Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use tokio::task::JoinHandle;

use super::rate_limit::{Limit, drip, window};
use super::{Accounts, Client, EmailAddress, Error};
use crate::database;
use crate::keys::Key;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How far apart two mails to one address are that one client network asks for.
pub(super) const MAIL_COOLDOWN: Duration = Duration::from_secs(30);

/// The digits of a code for an address that has seen [`WRONG_TRIES`] in a day.
pub(super) const GUARDED_CODE_LENGTH: u8 = 8;
const WRONG_TRIES: u16 = 10;

/// A token for one check of a password.
///
/// Unless the check has [counted](Self::count) it is given back, in a task of its own, when it is dropped at the latest: a
/// client that leaves before its answer has learnt nothing, and must not be left without tokens either.
pub(super) struct PasswordToken {
    db: DatabaseConnection,
    taken_at: Timestamp,
    limits: [Limit; 2],
    /// Whether there is nothing to give back any more.
    spent: bool,
}

impl PasswordToken {
    /// Takes the token, and reads the user whose password is to be checked.
    async fn take(
        db: DatabaseConnection,
        now: Timestamp,
        limits: [Limit; 2],
        email: HiddenText,
    ) -> Result<Result<(Self, Option<user::Model>), Duration>, DbErr> {
        // Together: who has used up the tokens of their own network takes none of those that all networks share.
        let transaction = database::begin(&db).await?;
        if !drip::take(&transaction, now, &limits).await? {
            transaction.rollback().await?;
            return Ok(Err(drip::wait(&db, now, &limits).await?));
        }
        // Here only because there is a connection at hand.
        let user = user::Entity::find()
            .filter(user::Column::EmailCanonical.eq(email))
            .one(&transaction)
            .await?;
        transaction.commit().await?;
        let token = Self {
            db,
            taken_at: now,
            limits,
            spent: false,
        };
        Ok(Ok((token, user)))
    }

    /// The password was wrong, and whoever sent it is about to be told.
    pub(super) fn count(mut self) {
        self.spent = true;
    }

    /// The password was right: whoever sent it may send it again at once.
    pub(super) async fn give_back(mut self) {
        let _ = self.giving_back().await;
    }

    /// Goes on when nobody waits for it any more.
    fn giving_back(&mut self) -> JoinHandle<()> {
        self.spent = true;
        let (db, taken_at, limits) = (self.db.clone(), self.taken_at, self.limits.clone());
        tokio::spawn(async move {
            if let Err(error) = drip::give_back(&db, taken_at, &limits).await {
                tracing::warn!(%error, "a password token could not be given back");
            }
        })
    }
}

impl Drop for PasswordToken {
    fn drop(&mut self) {
        if !self.spent {
            drop(self.giving_back());
        }
    }
}

impl Accounts {
    /// How long to wait until a mail to the address can be asked for; `None` when it can be now. It spends nothing.
    pub(super) async fn peek_mail(
        &self,
        email: &EmailAddress,
        client: Client,
        now: Timestamp,
    ) -> Result<Option<Duration>, DbErr> {
        window::peek(&self.db, now, &mails(&self.keys.limits, email, client)).await
    }

    /// Spends one mail to the address, in the transaction that owes it. Tells how long until the next; the inner
    /// error, how long to wait for this one.
    pub(super) async fn spend_mail(
        &self,
        transaction: &impl ConnectionTrait,
        email: &EmailAddress,
        client: Client,
        now: Timestamp,
    ) -> Result<Result<Duration, Duration>, DbErr> {
        let limits = mails(&self.keys.limits, email, client);
        window::take(transaction, now, &limits).await
    }

    /// Takes the token that a check of a password costs, and reads whose password it is. The token is taken before the
    /// hash, so that parallel guesses cannot slip through. The inner error says how long to wait.
    ///
    /// It is taken in a task of its own, so that a client that leaves meanwhile does not leave half of it behind.
    pub(super) async fn take_password_token(
        &self,
        email: &EmailAddress,
        client: Client,
    ) -> Result<Result<(PasswordToken, Option<user::Model>), Duration>, Error> {
        let limits = passwords(&self.keys.limits, email, client);
        let email = HiddenText(email.canonical().to_owned());
        let taking = tokio::spawn(PasswordToken::take(self.db.clone(), self.clock.now(), limits, email));
        Ok(taking
            .await
            .map_err(|_| Error::Broken("the taking of a password token panicked"))??)
    }

    /// Counts a try of a code against the address, in the transaction that spends the try.
    pub(super) async fn record_try(
        &self,
        transaction: &impl ConnectionTrait,
        email: &EmailAddress,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<(), DbErr> {
        let limit = tries(&self.keys.limits, email, purpose);
        window::record(transaction, now, &limit).await
    }

    /// How many digits a code for the address has now.
    pub(super) async fn code_length(
        &self,
        db: &impl ConnectionTrait,
        email: &EmailAddress,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<u8, DbErr> {
        let length = Query::select().expr(self.digits(email, purpose, now)).to_owned();
        let row = db.query_one(&length).await?;
        let digits: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(digits
            .and_then(|digits| u8::try_from(digits).ok())
            .unwrap_or(GUARDED_CODE_LENGTH))
    }

    /// The same, to be evaluated by the statement that draws the code.
    pub(super) fn digits(&self, email: &EmailAddress, purpose: Purpose, now: Timestamp) -> Expr {
        let usual = self.policy.code_length;
        let guarded = usual.max(GUARDED_CODE_LENGTH);
        let tries = tries(&self.keys.limits, email, purpose);
        CaseStatement::new()
            .case(window::is_tripped(&tries, now), i32::from(guarded))
            .finally(i32::from(usual))
            .into()
    }
}

/// Mails to one address, over registration and resending together.
fn mails(key: &Key, email: &EmailAddress, client: Client) -> [Limit; 3] {
    [
        // First the row that all takers for an address share: it makes them queue, so that of two registrations of
        // one address one is over before the other begins.
        limit(key, "mails", email, None, 10, HOUR),
        limit(key, "mail cooldown", email, Some(client), 1, MAIL_COOLDOWN),
        limit(key, "mails of a network", email, Some(client), 3, HOUR),
    ]
}

/// Failed checks of one address's password; an address that nobody registered has them alike.
fn passwords(key: &Key, email: &EmailAddress, client: Client) -> [Limit; 2] {
    [
        limit(key, "passwords of a network", email, Some(client), 6, 30 * MINUTE),
        limit(key, "passwords", email, None, 12, 20 * MINUTE),
    ]
}

/// Tries of the codes that were mailed to an address, whatever was registered or mailed anew in between.
fn tries(key: &Key, email: &EmailAddress, purpose: Purpose) -> Limit {
    let name = match purpose {
        Purpose::Activation => "activation tries",
    };
    limit(key, name, email, None, WRONG_TRIES, DAY)
}

fn limit(
    key: &Key,
    name: &str,
    email: &EmailAddress,
    client: Option<Client>,
    capacity: u16,
    interval: Duration,
) -> Limit {
    let network = client.map(|client| client.network().to_string()).unwrap_or_default();
    Limit {
        key: key
            .tag(&[name.as_bytes(), email.canonical().as_bytes(), network.as_bytes()])
            .to_vec(),
        capacity,
        interval,
    }
}
