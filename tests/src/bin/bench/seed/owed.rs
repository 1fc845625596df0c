//! Registrations whose emails have not been sent.

use api::clock::{Clock, SystemClock};
use api::random::{self, SystemRandom};
use entity::{EmailKind, HiddenBytes, HiddenText, Purpose, email_outbox, verification};
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseConnection, EntityTrait};

use super::{CHUNK, password_hash};
use crate::Outcome;

/// Registers the addresses and enqueues their emails in one transaction.
pub(crate) async fn mails(db: &DatabaseConnection, addresses: &[String]) -> Outcome<()> {
    let hash = password_hash()?;
    let transaction = api::database::begin(db).await?;
    for addresses in addresses.chunks(CHUNK) {
        let now = SystemClock.now();
        let (mut registrations, mut mails) = (Vec::new(), Vec::new());
        for address in addresses {
            let id = random::uuid(&SystemRandom, now);
            registrations.push(verification::ActiveModel {
                id: Set(id),
                purpose: Set(Purpose::Registration),
                email: Set(HiddenText(address.clone())),
                email_canonical: Set(HiddenText(address.clone())),
                token_digest: Set(HiddenBytes(id.as_bytes().to_vec())),
                password_hash: Set(Some(HiddenText(hash.clone()))),
                created_at: Set(now),
                expires_at: Set(now + api::verification::lifetime(Purpose::Registration)),
                digits: Set(0),
                attempts: Set(0),
                mailed: Set(false),
                ..Default::default()
            });
            mails.push(email_outbox::ActiveModel {
                id: Set(random::uuid(&SystemRandom, now)),
                kind: Set(EmailKind::Registration),
                recipient: Set(HiddenText(address.clone())),
                domain: Set(address.rsplit('@').next().unwrap_or_default().to_owned()),
                verification_id: Set(Some(id)),
                locale: Set(None),
                created_at: Set(now),
                due_at: Set(now),
                attempts: Set(0),
                lease: Set(None),
            });
        }
        verification::Entity::insert_many(registrations)
            .exec_without_returning(&transaction)
            .await?;
        email_outbox::Entity::insert_many(mails)
            .exec_without_returning(&transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}
