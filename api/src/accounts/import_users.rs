//! Inserts users that other software or another database had.

use std::collections::HashSet;

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
    /// UUID version 7.
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

/// Inserts users in one transaction. A user whose address or id is taken is left out, and the one who has it stays as
/// they are. No two of `users` may have the same address. Tells for each whether it was inserted.
///
/// # Errors
/// When the database fails; then none was inserted.
pub async fn import_users(db: &DatabaseConnection, users: &[ImportedUser]) -> Result<Vec<bool>, DbErr> {
    const INSERT: &str = "INSERT INTO users (id, email, email_canonical, password_hash, credential_version, locale, \
            created_at, activated_at, disabled_at) \
        VALUES {rows} ON CONFLICT DO NOTHING RETURNING email_canonical";
    let transaction = database::begin(db).await?;
    let mut inserted = HashSet::new();
    for some in users.chunks(STATEMENT) {
        let insert = statement_over(&transaction, INSERT, &[], some.iter().map(row));
        for row in transaction.query_all_raw(insert).await? {
            inserted.insert(row.try_get::<String>("", "email_canonical")?);
        }
    }
    transaction.commit().await?;
    Ok(users
        .iter()
        .map(|user| inserted.contains(user.email.canonical()))
        .collect())
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

/// What [`import_users`] would do. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn would_import(db: &DatabaseConnection, users: &[ImportedUser]) -> Result<Vec<bool>, DbErr> {
    let (ids, emails) = (
        users.iter().map(|user| user.id),
        users.iter().map(|user| user.email.canonical()),
    );
    let taken: Vec<(Uuid, String)> = user::Entity::find()
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
    let (ids, emails): (HashSet<Uuid>, HashSet<String>) = taken.into_iter().unzip();
    let is_free = |user: &ImportedUser| !ids.contains(&user.id) && !emails.contains(user.email.canonical());
    Ok(users.iter().map(is_free).collect())
}
