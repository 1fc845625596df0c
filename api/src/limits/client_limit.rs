//! The credential operations of one client, whatever the accounts. The limit protects the processor, not a secret, so
//! each server counts for itself, in memory.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::client::Client;
use crate::clock::SharedClock;

/// Allows each client a number of operations at once, and as many again, evenly spread, in each minute.
#[derive(Clone)]
pub struct ClientLimit {
    limiter: Option<Arc<Limiter>>,
    clock: GovernorClock,
}

type Limiter = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, GovernorClock, NoOpMiddleware<Instant>>;

impl ClientLimit {
    /// The limit of each client. Zero means no limit.
    #[must_use]
    pub fn per_minute(operations: u32, clock: SharedClock) -> Self {
        let clock = GovernorClock(clock);
        let quota = NonZeroU32::new(operations).map(Quota::per_minute);
        let limiter = quota.map(|quota| Arc::new(RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())));
        Self { limiter, clock }
    }

    /// Takes one operation of a client.
    ///
    /// # Errors
    /// How long until the client has one.
    pub(crate) fn check(&self, client: &Client) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        limiter
            .check_key(&client.single())
            .map_err(|early| early.wait_time_from(self.clock.now()))
    }

    /// Forgets the clients that have all their operations again.
    pub(crate) fn sweep(&self) {
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

/// Our clock in the form that governor reads. The monotonic one: a wall clock that is set back would refuse clients
/// until it has caught up.
#[derive(Clone)]
struct GovernorClock(SharedClock);

impl governor::clock::Clock for GovernorClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        self.0.monotonic()
    }
}

#[cfg(test)]
mod tests {
    use entity::Timestamp;
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::clock::{Clock, SystemClock};

    struct Still(Instant);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(0)
        }

        fn monotonic(&self) -> Instant {
            self.0
        }

        fn sleep_until(&self, _: Instant) -> BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn per_minute(operations: u32) -> ClientLimit {
        ClientLimit::per_minute(operations, Arc::new(Still(SystemClock.monotonic())))
    }

    fn address(text: &str) -> Client {
        Client::at(text.parse().expect("an address"))
    }

    #[test]
    fn each_client_has_its_own_limit() {
        let limit = per_minute(3);
        for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
            for _ in 0..3 {
                assert_eq!(limit.check(&address(client)), Ok(()), "{client}");
            }
            assert_eq!(limit.check(&address(client)), Err(Duration::from_secs(20)), "{client}");
        }
        assert!(limit.check(&address("2001:db8::2")).is_err(), "the same /64");
        assert!(
            limit.check(&address("::ffff:192.0.2.1")).is_err(),
            "the same IPv4 address"
        );
        assert_eq!(limit.check(&address("2001:db8:0:1::1")), Ok(()), "another /64");
    }

    #[test]
    fn zero_means_no_limit() {
        let limit = per_minute(0);
        assert!((0..1_000).all(|_| limit.check(&address("192.0.2.1")).is_ok()));
    }
}
