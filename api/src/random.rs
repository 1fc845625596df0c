//! A source of random bytes that is a parameter, so that tests choose the bytes.

use std::sync::Arc;

use entity::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;
use sea_orm::prelude::Uuid;

/// Where random bytes come from. The server has [`SystemRandom`]; a test may have one that it can predict.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with unpredictable ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source of randomness that several tasks share.
pub type SharedRandom = Arc<dyn Random>;

/// The generator of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// When the operating system has no randomness to give: nothing may be drawn then.
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system gives randomness");
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// A UUID version 7 (RFC 9562): the instant, then 74 random bits.
pub fn uuid(random: &dyn Random, now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes(random)).into_uuid()
}
