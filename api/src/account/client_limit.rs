//! How many credential operations one client may ask for, whatever the accounts. It guards the processor, not a secret,
//! so each server counts for itself, in memory.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use entity::Timestamp;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::Client;
use crate::clock::SharedClock;

/// Lets every client have a number of operations at once, and as many again evenly over each minute.
#[derive(Clone)]
pub struct ClientLimit {
    limiter: Option<Arc<Limiter>>,
    clock: Elapsed,
}

type Limiter = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, Elapsed, NoOpMiddleware<Duration>>;

impl ClientLimit {
    /// A limit for each client. Zero is no limit.
    #[must_use]
    pub fn per_minute(operations: u32, clock: SharedClock) -> Self {
        let clock = Elapsed(clock);
        let quota = NonZeroU32::new(operations).map(Quota::per_minute);
        let limiter = quota.map(|quota| Arc::new(RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())));
        Self { limiter, clock }
    }

    /// Takes one operation of a client.
    ///
    /// # Errors
    /// How long until there is one to take.
    pub(super) fn take(&self, client: Client) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        limiter
            .check_key(&client.single())
            .map_err(|early| early.wait_time_from(self.clock.now()))
    }

    /// Forgets the clients that have all their operations again.
    pub(super) fn sweep(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl fmt::Debug for ClientLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientLimit").finish_non_exhaustive()
    }
}

/// The clock that was handed in, as governor takes it: the time since the Unix epoch.
#[derive(Clone)]
struct Elapsed(SharedClock);

impl governor::clock::Clock for Elapsed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.now().since(Timestamp::from_millis(0))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::clock::Clock;

    struct Still(i64);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }

        fn sleep_until(&self, _: Timestamp) -> BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn address(text: &str) -> Client {
        Client::at(text.parse().expect("an address"))
    }

    #[test]
    fn each_client_has_its_own_number() {
        let limit = ClientLimit::per_minute(3, Arc::new(Still(1_000_000)));
        for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
            for _ in 0..3 {
                assert_eq!(limit.take(address(client)), Ok(()), "{client}");
            }
            assert_eq!(limit.take(address(client)), Err(Duration::from_secs(20)), "{client}");
        }
        assert!(limit.take(address("2001:db8::2")).is_err(), "the same /64");
        assert!(
            limit.take(address("::ffff:192.0.2.1")).is_err(),
            "the same IPv4 address"
        );
        assert_eq!(limit.take(address("2001:db8:0:1::1")), Ok(()), "another /64");
    }

    #[test]
    fn zero_is_no_limit() {
        let limit = ClientLimit::per_minute(0, Arc::new(Still(0)));
        assert!((0..1_000).all(|_| limit.take(address("192.0.2.1")).is_ok()));
    }
}
