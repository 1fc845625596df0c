//! The first schema: users, verifications, sessions, the outbox, the audit trail, the rate limits, and what a start
//! checks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, binary_null, boolean, integer, string, string_len, string_len_null,
    string_null, text, text_null, uuid, uuid_null,
};

/// The length of the header `traceparent` (W3C Trace Context).
const TRACEPARENT_LENGTH: u32 = 55;

/// The longest language tag that RFC 5646 asks to store.
const LOCALE_LENGTH: u32 = 35;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            users(),
            verifications(),
            sessions(),
            email_outbox(),
            webhook_deliveries(),
            disabled_webhook_endpoints(),
            account_events(),
            refusal_counts(),
            rate_limits(),
            secret_key_check(),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        sweep_clock(manager).await?;
        schema_compatibility(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "schema_compatibility",
            "sweep_clock",
            "secret_key_check",
            "rate_limits",
            "refusal_counts",
            "account_events",
            "disabled_webhook_endpoints",
            "webhook_deliveries",
            "email_outbox",
            "sessions",
            "verifications",
            "users",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(uuid("id").primary_key())
        .col(string("email"))
        .col(string("email_canonical").unique_key())
        .col(string("password_hash"))
        .col(integer("credential_version"))
        .col(string_len_null("locale", LOCALE_LENGTH))
        .col(big_integer("created_at"))
        .col(big_integer("activated_at"))
        .col(big_integer_null("disabled_at"))
        .to_owned()
}

fn verifications() -> TableCreateStatement {
    Table::create()
        .table("verifications")
        .col(uuid("id").primary_key())
        .col(string_len("purpose", 32))
        .col(string("email"))
        .col(string("email_canonical"))
        .col(uuid_null("user_id"))
        .col(string_null("former_email_canonical"))
        .col(binary("token_digest").unique_key())
        .col(text_null("password_hash"))
        .col(string_len_null("locale", LOCALE_LENGTH))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("proved_at"))
        .col(big_integer_null("consumed_at"))
        .col(binary_null("draw"))
        .col(binary_null("code_key"))
        .col(integer("digits"))
        .col(integer("attempts"))
        .col(boolean("mailed"))
        .col(uuid_null("mail_id"))
        .col(big_integer_null("drawn_at"))
        .col(big_integer_null("code_expires_at"))
        .foreign_key(&mut deleted_with("verifications", "user_id", "users"))
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(binary("token_digest").unique_key())
        .col(big_integer("created_at"))
        .col(big_integer("last_used_at"))
        .col(big_integer("expires_at"))
        .col(string_len_null("user_agent", 200))
        .col(string("network"))
        .foreign_key(&mut deleted_with("sessions", "user_id", "users"))
        .to_owned()
}

fn email_outbox() -> TableCreateStatement {
    Table::create()
        .table("email_outbox")
        .col(uuid("id").primary_key())
        .col(string_len("kind", 32))
        .col(string("recipient"))
        .col(string("domain"))
        .col(uuid_null("verification_id"))
        .col(string_len_null("locale", LOCALE_LENGTH))
        .col(big_integer("created_at"))
        .col(big_integer("due_at"))
        .col(integer("attempts"))
        .col(uuid_null("lease"))
        .col(string_len_null("traceparent", TRACEPARENT_LENGTH))
        .foreign_key(&mut deleted_with("email_outbox", "verification_id", "verifications"))
        .to_owned()
}

fn webhook_deliveries() -> TableCreateStatement {
    Table::create()
        .table("webhook_deliveries")
        .col(uuid("id"))
        .col(string_len("endpoint", 16))
        .col(string_len("event", 32))
        .col(uuid("user_id"))
        .col(string_null("email"))
        .col(big_integer("created_at"))
        .col(big_integer("enqueued_at"))
        .col(big_integer_null("due_at"))
        .col(integer("attempts"))
        .col(uuid_null("lease"))
        .col(big_integer_null("delivered_at"))
        .col(string_null("outcome"))
        .col(string_len_null("traceparent", TRACEPARENT_LENGTH))
        .primary_key(Index::create().col("id").col("endpoint"))
        .to_owned()
}

fn disabled_webhook_endpoints() -> TableCreateStatement {
    Table::create()
        .table("disabled_webhook_endpoints")
        .col(string_len("endpoint", 16).primary_key())
        .col(big_integer("disabled_at"))
        .to_owned()
}

fn account_events() -> TableCreateStatement {
    Table::create()
        .table("account_events")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(string_len("kind", 32))
        .col(big_integer("created_at"))
        .col(string_null("network"))
        .col(string_len_null("user_agent", 200))
        .col(string_len_null("request_id", 64))
        .to_owned()
}

fn refusal_counts() -> TableCreateStatement {
    Table::create()
        .table("refusal_counts")
        .col(big_integer("hour"))
        .col(string_len("reason", 32))
        .col(big_integer("count"))
        .primary_key(Index::create().col("hour").col("reason"))
        .to_owned()
}

fn rate_limits() -> TableCreateStatement {
    Table::create()
        .table("rate_limits")
        .col(binary("key").primary_key())
        .col(text("releases"))
        .col(big_integer("theoretical_arrival"))
        .col(integer("capacity"))
        .col(big_integer("interval_ms"))
        .col(big_integer("taken_at"))
        .col(big_integer_null("tripped_until"))
        .col(big_integer("expires_at"))
        .to_owned()
}

/// One row, whose id is 1, once a server has started.
fn secret_key_check() -> TableCreateStatement {
    Table::create()
        .table("secret_key_check")
        .col(integer("id").primary_key())
        .col(binary("digest"))
        .to_owned()
}

fn deleted_with(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, column)
        .to(parent, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(name).table(table).to_owned();
        for column in columns {
            index.col(*column);
        }
        index
    };
    let open = |purpose: &'static str| Expr::col("consumed_at").is_null().and(Expr::col("purpose").eq(purpose));
    vec![
        // At most one open registration for an address, and one open change of a user's address.
        index("verifications_open_registration", "verifications", &["email_canonical"])
            .unique()
            .cond_where(open("registration"))
            .to_owned(),
        index("verifications_open_email_change", "verifications", &["user_id"])
            .unique()
            .cond_where(open("email_change"))
            .to_owned(),
        // A deleted user takes their verifications along.
        index("verifications_user_id", "verifications", &["user_id"]),
        index("sessions_user_id", "sessions", &["user_id"]),
        index("email_outbox_verification_id", "email_outbox", &["verification_id"]),
        index("webhook_deliveries_user_id", "webhook_deliveries", &["user_id"]),
        // A page of a user's events, the newest first.
        index(
            "account_events_user_id",
            "account_events",
            &["user_id", "created_at", "id"],
        ),
        // The sweep.
        index("account_events_created_at", "account_events", &["created_at"]),
        index("verifications_expires_at", "verifications", &["expires_at"]),
        index("sessions_expires_at", "sessions", &["expires_at"]),
        index("sessions_last_used_at", "sessions", &["last_used_at"]),
        index("rate_limits_expires_at", "rate_limits", &["expires_at"]),
        index("webhook_deliveries_enqueued_at", "webhook_deliveries", &["enqueued_at"]),
        // Mail workers claim the least tried first, of these the longest due, and ask when the next one is due.
        // In exactly the order of the claim: else it would sort the whole backlog.
        index(
            "email_outbox_attempts_due_at_id",
            "email_outbox",
            &["attempts", "due_at", "id"],
        ),
        // The condition is always true. It keeps PostgreSQL from claiming by this index, after which it would have to
        // sort.
        index("email_outbox_due_at", "email_outbox", &["due_at"])
            .cond_where(Expr::col("attempts").gte(0))
            .to_owned(),
        // So do webhook workers, each for one endpoint.
        index(
            "webhook_deliveries_attempts_due_at_id",
            "webhook_deliveries",
            &["endpoint", "attempts", "due_at", "id"],
        )
        .cond_where(Expr::col("due_at").is_not_null())
        .to_owned(),
        index(
            "webhook_deliveries_due_at",
            "webhook_deliveries",
            &["endpoint", "due_at"],
        )
        .cond_where(Expr::col("due_at").is_not_null())
        .to_owned(),
    ]
}

/// One row: what the sweep remembers of the clock, and who is sweeping.
async fn sweep_clock(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("sweep_clock")
        .col(integer("id").primary_key())
        .col(big_integer_null("trusted_at"))
        .col(big_integer("checked_at"))
        .col(big_integer("waited_ms"))
        .col(uuid_null("lease"))
        .col(big_integer_null("leased_until"))
        .to_owned();
    manager.create_table(table).await?;
    let only = Query::insert()
        .into_table("sweep_clock")
        .columns(["id", "checked_at", "waited_ms"])
        .values_panic([1.into(), 0.into(), 0.into()])
        .to_owned();
    manager.execute(only).await
}

/// One row: the oldest schema version whose servers can work with this schema.
async fn schema_compatibility(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("schema_compatibility")
        .col(integer("minimum_version").primary_key())
        .to_owned();
    manager.create_table(table).await?;
    let first = Query::insert()
        .into_table("schema_compatibility")
        .columns(["minimum_version"])
        .values_panic([1.into()])
        .to_owned();
    manager.execute(first).await
}
