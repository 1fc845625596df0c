//! Claims emails for one worker.

use entity::{Timestamp, email_outbox};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};

use super::lease::{Claim, LEASE};
use super::selection::{Selection, allowed, is_in, list};
use crate::clock::latest_written;
use crate::random::{self, Random};
use crate::sql::{commit_may_be_lost, row_lock, statement};

/// Claims emails that are due: the least tried first, of these the longest due. So a first email does not wait behind
/// thousands that keep failing. On PostgreSQL replicas share the work: each skips the rows that another is claiming.
/// Emails of a kind that this version does not know are left to newer replicas.
pub(in crate::mail) async fn claim(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    limit: usize,
    selection: &Selection,
) -> Result<Vec<Claim>, DbErr> {
    let lock = row_lock(db, "FOR UPDATE SKIP LOCKED");
    let lease = random::uuid(random, now);
    let mut values = vec![
        now.into(),
        number(limit),
        lease.into(),
        (now + LEASE).into(),
        number(selection.per_domain),
        number(selection.room),
        list(&selection.quick),
        latest_written(now).into(),
    ];
    // A common table expression runs once; PostgreSQL may run the subquery of `IN (… LIMIT …)` several times.
    let sql = format!(
        "WITH candidates AS (SELECT id, domain, attempts, due_at, {quick} AS quick FROM email_outbox \
            WHERE due_at <= $1 AND {allowed} ORDER BY attempts, due_at, id LIMIT $2 {lock}), \
        ranked AS (SELECT id, quick, \
            ROW_NUMBER() OVER (PARTITION BY domain ORDER BY attempts, due_at, id) AS of_domain, \
            ROW_NUMBER() OVER (PARTITION BY quick ORDER BY attempts, due_at, id) AS of_others FROM candidates) \
        UPDATE email_outbox SET lease = $3, due_at = $4, attempts = attempts + 1, \
            created_at = CASE WHEN created_at > $8 THEN $1 ELSE created_at END \
        WHERE id IN (SELECT id FROM ranked WHERE quick OR (of_domain <= $5 AND of_others <= $6)) \
            AND {may_be_lost} RETURNING *",
        quick = is_in("$7"),
        allowed = allowed(selection, &mut values),
        // No code is lost with it: the draw commits later, and waits for the disk.
        may_be_lost = commit_may_be_lost(db),
    );
    let rows = db.query_all_raw(statement(db, &sql, values)).await?;
    // Each by itself, so that a row that cannot be read does not hold up the others.
    let claims = rows.iter().filter_map(|row| {
        let row = email_outbox::Model::from_query_result(row, "");
        row.inspect_err(|error| tracing::error!(%error, "cannot read an email of the outbox"))
            .ok()
            .map(|row| Claim { row, lease })
    });
    Ok(claims.collect())
}

fn number(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}
