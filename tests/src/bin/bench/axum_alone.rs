//! The minimum for `me`: axum, one prepared statement through sqlx, and the same bytes as answer. There is no GraphQL,
//! no limit and no log, and the pool sends no statements of its own.

use api::clock::{Clock, SystemClock};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use entity::Timestamp;
use sea_orm::prelude::Uuid;
use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::sqlite::SqlitePoolOptions;
use sea_orm::sqlx::{self, PgPool, Postgres, Sqlite, SqlitePool};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::request::GRAPHQL;
use crate::seed::me_body;
use tests::Outcome;

/// The path of the handler without a database.
pub(crate) const BARE: &str = "/bare";

/// The server has as many connections to PostgreSQL.
const CONNECTIONS: u32 = 16;

const STATEMENT: &str = "SELECT users.id, users.email, users.created_at, users.activated_at, \
     sessions.id, sessions.last_used_at \
     FROM sessions JOIN users ON users.id = sessions.user_id \
     WHERE sessions.token_digest = $1 AND sessions.expires_at > $2 AND sessions.last_used_at > $3 \
     AND users.disabled_at IS NULL";

type Row = (Uuid, String, i64, i64, Uuid, i64);

#[derive(Clone)]
enum Pool {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

impl Pool {
    async fn connect(url: &str) -> sqlx::Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
            return Ok(Self::Sqlite(options.connect(url).await?));
        }
        let options = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false);
        Ok(Self::Postgres(options.connect(url).await?))
    }

    async fn find(&self, digest: &[u8], now: i64, idle_since: i64) -> sqlx::Result<Option<Row>> {
        match self {
            Self::Postgres(pool) => {
                let query = sqlx::query_as::<Postgres, Row>(STATEMENT);
                query.bind(digest).bind(now).bind(idle_since).fetch_optional(pool).await
            }
            Self::Sqlite(pool) => {
                let query = sqlx::query_as::<Sqlite, Row>(STATEMENT);
                query.bind(digest).bind(now).bind(idle_since).fetch_optional(pool).await
            }
        }
    }
}

pub(crate) async fn serve(database_url: &str) -> Outcome<()> {
    let app = Router::new()
        .route(GRAPHQL, post(look_up))
        .route(BARE, post(async |_: Bytes| answer(bare_body())))
        .with_state(Pool::connect(database_url).await?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listens on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// The answer without a database. It is as long as any other answer.
pub(crate) fn bare_body() -> String {
    let then = Timestamp::from_millis(1_800_000_000_000);
    me_body(Uuid::nil(), "bench-0000000@example.com", then)
}

async fn look_up(State(pool): State<Pool>, headers: HeaderMap, _: Bytes) -> Result<impl IntoResponse, StatusCode> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
    let digest = Sha256::digest(token.ok_or(StatusCode::UNAUTHORIZED)?);
    let now = SystemClock.now();
    let idle_since = now - api::policy::Policy::default().session_idle;
    let found = pool.find(&digest, now.as_millis(), idle_since.as_millis()).await;
    let found = found.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (id, email, _, activated_at, ..) = found.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(answer(me_body(id, &email, Timestamp::from_millis(activated_at))))
}

fn answer(body: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], body)
}
