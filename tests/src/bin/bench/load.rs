//! The load: a number of connections. Each sends its next request as soon as it has an answer.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use crate::Outcome;
use crate::http::Connection;
use crate::request::Request;
use crate::stopwatch::Stopwatch;

/// Open connections to one server.
pub(crate) struct Load {
    connections: Vec<Connection>,
}

/// The result of a load. Every answer was correct.
pub(crate) struct Driven {
    pub(crate) answers: usize,
    pub(crate) took: Duration,
}

impl Driven {
    pub(crate) fn per_second(&self) -> f64 {
        count(self.answers) / self.took.as_secs_f64()
    }
}

/// A count as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}

impl Load {
    pub(crate) async fn open(server: SocketAddr, connections: usize) -> Outcome<Self> {
        let connections = (0..connections).map(|_| Connection::open(server));
        Ok(Self {
            connections: try_join_all(connections).await?,
        })
    }

    /// Sends requests until the limit, or until there are no more. Requests that are in flight at the end are awaited, and
    /// they and their time count.
    ///
    /// # Errors
    /// When an answer was not the expected one: then the numbers are worthless.
    pub(crate) async fn drive(
        &mut self,
        limit: Duration,
        next: impl FnMut() -> Option<Rc<Request>>,
    ) -> Outcome<Driven> {
        let next = RefCell::new(next);
        let (answers, wrong) = (Cell::new(0), Cell::new(0));
        let first_wrong = RefCell::new(None);
        let stopwatch = Stopwatch::start();
        join_all(self.connections.iter_mut().map(async |connection| {
            while stopwatch.elapsed() < limit {
                let Some(request) = next.borrow_mut()() else {
                    return;
                };
                let problem = match connection.ask(&request.bytes).await {
                    Ok(answer) if request.is_answered_by(&answer) => {
                        answers.set(answers.get() + 1);
                        continue;
                    }
                    Ok(answer) => format!("{}: {}", answer.status, String::from_utf8_lossy(answer.body)),
                    Err(error) => error.to_string(),
                };
                wrong.set(wrong.get() + 1);
                first_wrong.borrow_mut().get_or_insert(problem);
                return;
            }
        }))
        .await;
        let took = stopwatch.elapsed();
        let answers = answers.get();
        match first_wrong.into_inner() {
            None => Ok(Driven { answers, took }),
            Some(problem) => Err(format!("{} wrong and {answers} correct answers: {problem}", wrong.get()).into()),
        }
    }
}
