//! When emails are due, also after the clock was ahead.

use entity::Timestamp;
use sea_orm::{ConnectionTrait, DbErr};

use super::lease::MAX_PAUSE;
use super::selection::{Selection, allowed};
use crate::clock::latest_written;
use crate::sql::statement;

/// Always true. With it, PostgreSQL can use the index `email_outbox_due_at`, which has this condition.
const IN_DUE_INDEX: &str = "attempts >= 0";

/// Makes the rows due whose instants lie further ahead than any pause: they were written while the clock was ahead.
/// Their time in the outbox starts over. Tells whether there were any. It is a statement of its own, because the
/// condition would keep the claim from reading the rows in their order.
pub(in crate::mail) async fn release_future(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool, DbErr> {
    let latest = latest_written(now);
    let sql = format!(
        "UPDATE email_outbox SET due_at = $1, lease = NULL, \
            created_at = CASE WHEN created_at > $2 THEN $1 ELSE created_at END \
        WHERE due_at > $3 AND {IN_DUE_INDEX}"
    );
    let values = [now.into(), latest.into(), (latest + MAX_PAUSE).into()];
    let released = db.execute_raw(statement(db, &sql, values)).await?;
    Ok(released.rows_affected() > 0)
}

/// When the next email that a claim may take is due; `None` when there is none.
pub(in crate::mail) async fn next_due(
    db: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Option<Timestamp>, DbErr> {
    let mut values = Vec::new();
    let allowed = allowed(selection, &mut values);
    let sql = format!("SELECT due_at FROM email_outbox WHERE {IN_DUE_INDEX} AND {allowed} ORDER BY due_at LIMIT 1");
    let row = db.query_one_raw(statement(db, &sql, values)).await?;
    row.map(|row| row.try_get("", "due_at")).transpose()
}
