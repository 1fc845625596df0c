//! Lengthens the codes of an address after many tries.
//!
//! The guard refuses nothing, so nobody can lock an address out by guessing. It counts tries in a sliding window. A
//! full window trips it until one interval passes without a try. Codes that are drawn meanwhile have
//! [`GUARDED_CODE_LENGTH`] digits, so the odds of a guess stay where they were.

use entity::{Timestamp, rate_limit};
use sea_orm::{ConnectionTrait, DbErr};

use super::GUARDED_CODE_LENGTH;
use super::limit::{Limit, TAKE, from_the_future, level, upsert};
use super::sliding_window::{is_in_use, push};

/// Counts one try.
pub(crate) async fn count_try(transaction: &impl ConnectionTrait, now: Timestamp, tries: &Limit) -> Result<(), DbErr> {
    let push_and_trip_if_full = format!(
        "{TAKE}, {push}, tripped_until = CASE WHEN {from_the_future} THEN NULL \
            WHEN rate_limits.tripped_until > excluded.taken_at OR {full} \
            THEN excluded.taken_at + excluded.interval_ms ELSE rate_limits.tripped_until END",
        push = push(),
        from_the_future = from_the_future(),
        full = is_in_use("excluded.capacity - 2"),
    );
    let limits = std::slice::from_ref(tries);
    let counted = upsert(transaction, now, limits, &push_and_trip_if_full).await?;
    let tripped_until = |row: &rate_limit::Model| row.tripped_until;
    level(
        transaction,
        limits,
        &counted,
        rate_limit::Column::TrippedUntil,
        tripped_until,
    )
    .await
}

/// The digits of a code, where `usual` digits are the rule.
pub(crate) fn code_length(is_tripped: bool, usual: u8) -> u8 {
    if is_tripped { guarded(usual) } else { usual }
}

/// The digits of a code while the guard is tripped.
pub(crate) fn guarded(usual: u8) -> u8 {
    usual.max(GUARDED_CODE_LENGTH)
}
