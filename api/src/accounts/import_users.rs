//! Inserts users that other software or another database had.

use std::collections::{HashMap, HashSet};

use entity::{HiddenText, Timestamp, user};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect, Value,
};

use crate::credentials::EmailAddress;
use crate::database;
use crate::sql::statement_over;

/// Rows of one statement. SQLite takes time in the square of the number of parameters.
const STATEMENT: usize = 100;

/// A user to import, whose parts were checked.
#[derive(Debug)]
pub struct ImportedUser {
    /// That of the former system, or a new UUID version 7.
    pub id: Uuid,
    /// The address.
    pub email: EmailAddress,
    /// A hash that `check_hash` accepts.
    pub password_hash: HiddenText,
    /// The language for emails.
    pub locale: Option<String>,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the mailbox was proved.
    pub activated_at: Timestamp,
    /// When the account was disabled.
    pub disabled_at: Option<Timestamp>,
}

/// What an import does with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The user is inserted.
    Imported,
    /// A user has the address.
    EmailTaken,
    /// A user of another address has the id.
    IdTaken,
}

/// Inserts users in one transaction. A user whose address or id is taken is left out, and the existing user does not
/// change.
///
/// # Errors
/// When the database fails; then none was inserted.
pub async fn import_users(db: &DatabaseConnection, users: &[ImportedUser]) -> Result<Vec<ImportOutcome>, DbErr> {
    const INSERT: &str = "INSERT INTO users (id, email, email_canonical, password_hash, credential_version, locale, \
            created_at, activated_at, disabled_at) \
        VALUES {rows} ON CONFLICT DO NOTHING RETURNING id, email_canonical";
    let transaction = database::begin(db).await?;
    let mut inserted = HashSet::new();
    for some in users.chunks(STATEMENT) {
        let insert = statement_over(&transaction, INSERT, &[], some.iter().map(row));
        for row in transaction.query_all_raw(insert).await? {
            inserted.insert((row.try_get("", "id")?, row.try_get("", "email_canonical")?));
        }
    }
    let left_out: Vec<_> = users.iter().filter(|user| !inserted.contains(&key(user))).collect();
    let mut others = find(&transaction, &left_out).await?;
    transaction.commit().await?;
    // An inserted user conflicts only with those after it, so it is added in its turn.
    others.retain(|other| !inserted.contains(other));
    let mut taken = ExistingUsers::default();
    taken.extend(others);
    let outcome = |user: &ImportedUser| {
        let key = key(user);
        if inserted.remove(&key) {
            taken.extend([key]);
            return ImportOutcome::Imported;
        }
        match taken.outcome_of(user) {
            // The user who caused the conflict was deleted meanwhile. An error, so that the operator imports again.
            ImportOutcome::Imported => ImportOutcome::IdTaken,
            taken => taken,
        }
    };
    Ok(users.iter().map(outcome).collect())
}

fn key(user: &ImportedUser) -> (Uuid, String) {
    (user.id, user.email.canonical().to_owned())
}

fn row(user: &ImportedUser) -> [Value; 9] {
    [
        user.id.into(),
        user.email.typed().into(),
        user.email.canonical().into(),
        user.password_hash.clone().into(),
        0.into(),
        user.locale.clone().into(),
        user.created_at.into(),
        user.activated_at.into(),
        user.disabled_at.into(),
    ]
}

/// What [`import_users`] would do with each user if it were the only one. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn would_import(db: &DatabaseConnection, users: &[ImportedUser]) -> Result<Vec<ImportOutcome>, DbErr> {
    let all: Vec<_> = users.iter().collect();
    let mut taken = ExistingUsers::default();
    taken.extend(find(db, &all).await?);
    Ok(users.iter().map(|user| taken.outcome_of(user)).collect())
}

/// The id and the address of each user who has the id or the address of one of `users`.
async fn find(db: &impl ConnectionTrait, users: &[&ImportedUser]) -> Result<Vec<(Uuid, String)>, DbErr> {
    let mut found = Vec::new();
    for some in users.chunks(STATEMENT) {
        let ids = some.iter().map(|user| user.id);
        let emails = some.iter().map(|user| user.email.canonical());
        let rows: Vec<(Uuid, String)> = user::Entity::find()
            .select_only()
            .columns([user::Column::Id, user::Column::EmailCanonical])
            .filter(
                Condition::any()
                    .add(user::Column::Id.is_in(ids))
                    .add(user::Column::EmailCanonical.is_in(emails)),
            )
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The ids and addresses that users have.
#[derive(Default)]
struct ExistingUsers {
    ids: HashMap<Uuid, String>,
    emails: HashSet<String>,
}

impl ExistingUsers {
    fn extend(&mut self, users: impl IntoIterator<Item = (Uuid, String)>) {
        for (id, email) in users {
            self.emails.insert(email.clone());
            self.ids.insert(id, email);
        }
    }

    /// What an import beside these does with a user.
    fn outcome_of(&self, user: &ImportedUser) -> ImportOutcome {
        let email = user.email.canonical();
        if self.ids.get(&user.id).is_some_and(|owner| owner != email) {
            ImportOutcome::IdTaken
        } else if self.emails.contains(email) {
            ImportOutcome::EmailTaken
        } else {
            ImportOutcome::Imported
        }
    }
}
