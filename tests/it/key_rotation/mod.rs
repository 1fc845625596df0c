//! The secret key is rotated: servers with both keys, in any order, share codes and limits with each other and with
//! servers that have one of the two.

mod codes;
mod limits;
mod starts;

use tests::{Database, TestCore};

const OLD: &[u8] = &[7; 32];
const NEW: &[u8] = &[8; 32];

/// A server before the rotation.
async fn before(database: &Database) -> TestCore {
    TestCore::with_keys(database, OLD, None).await
}

/// A server in the first step of the rotation.
async fn first_step(database: &Database) -> TestCore {
    TestCore::with_keys(database, OLD, Some(NEW)).await
}

/// A server in the second step.
async fn second_step(database: &Database) -> TestCore {
    TestCore::with_keys(database, NEW, Some(OLD)).await
}

/// A server after the rotation.
async fn after(database: &Database) -> TestCore {
    TestCore::with_keys(database, NEW, None).await
}

/// Advances the clocks of several servers.
fn advance(servers: [&TestCore; 2], seconds: u64) {
    for server in servers {
        server.advance(seconds);
    }
}
