//! Which servers start during a rotation.

use tests::{Database, Installation, on_both_databases};

use crate::secret_key::{OTHER_KEY, reason_of_failed_start};

const KEY: &str = "a secret of thirty-two bytes or more";

#[on_both_databases]
async fn servers_start_in_the_order_of_a_rotation(database: Database) {
    let before = Installation::on(database.url()).await;
    let first = Installation::on(database.url())
        .await
        .with("SECRET_KEY_PREVIOUS", OTHER_KEY);
    let second = Installation::on(database.url())
        .await
        .with("SECRET_KEY", OTHER_KEY)
        .with("SECRET_KEY_PREVIOUS", KEY);
    let after = Installation::on(database.url()).await.with("SECRET_KEY", OTHER_KEY);
    let (_before, _) = before.start().await;
    reason_of_failed_start(after.process()).await;
    let (_first, _) = first.start().await;
    let (_second, _) = second.start().await;
    // It could not read the codes of the new key.
    reason_of_failed_start(before.process()).await;
    // One that crashes may start again.
    let (_first_again, _) = first.start().await;
    let (_second_again, _) = second.start().await;
    let (_after, _) = after.start().await;
}

#[on_both_databases]
async fn previous_key_differs_from_the_current_one(database: Database) {
    let equal = Installation::on(database.url()).await.with("SECRET_KEY_PREVIOUS", KEY);
    let (status, lines) = equal.process().end().await;
    assert_eq!(status, Some(1));
    let expected = "error: SECRET_KEY_PREVIOUS: the same key as SECRET_KEY; expected another one, or none";
    assert_eq!(lines, [expected]);
}

#[on_both_databases]
async fn failed_start_leaves_the_key(database: Database) {
    let before = Installation::on(database.url()).await;
    let (_before, _) = before.start().await;
    let misspelled = Installation::on(database.url())
        .await
        .with("SECRET_KEY", OTHER_KEY)
        .with("SECRET_KEY_PREVIOUS", KEY)
        .with("MAIL_FROM", "nobody");
    let (status, lines) = misspelled.process().end().await;
    assert_eq!(status, Some(1));
    assert!(lines.iter().any(|line| line.contains("MAIL_FROM")), "{lines:?}");
    let (_again, _) = before.start().await;
}
