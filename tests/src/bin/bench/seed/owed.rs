//! Registrations whose emails have not been sent.

use api::clock::{Clock, SystemClock};
use api::random::{self, SystemRandom};
use entity::user::Status;
use entity::{MailKind, email_outbox, user};
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseConnection, EntityTrait};

use super::{CHUNK, password_hash, row};
use crate::Outcome;

/// Registers the addresses and enqueues their emails in one transaction.
pub(crate) async fn mails(db: &DatabaseConnection, addresses: &[String]) -> Outcome<()> {
    let hash = password_hash()?;
    let transaction = api::database::begin(db).await?;
    for addresses in addresses.chunks(CHUNK) {
        let now = SystemClock.now();
        let (mut users, mut mails) = (Vec::new(), Vec::new());
        for address in addresses {
            let id = random::uuid(&SystemRandom, now);
            users.push(user::ActiveModel {
                status: Set(Status::Pending),
                activated_at: Set(None),
                ..row(id, address, &hash, now)
            });
            mails.push(email_outbox::ActiveModel {
                id: Set(random::uuid(&SystemRandom, now)),
                user_id: Set(id),
                kind: Set(MailKind::ActivationCode),
                created_at: Set(now),
                due_at: Set(now),
                attempts: Set(0),
                lease: Set(None),
            });
        }
        user::Entity::insert_many(users)
            .exec_without_returning(&transaction)
            .await?;
        email_outbox::Entity::insert_many(mails)
            .exec_without_returning(&transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}
