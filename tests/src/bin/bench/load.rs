//! The load: so many connections, each of which asks again as soon as it is answered.

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

/// What a load has done. Every answer was the right one.
pub(crate) struct Driven {
    pub(crate) answers: usize,
    pub(crate) took: Duration,
}

impl Driven {
    pub(crate) fn per_second(&self) -> f64 {
        count(self.answers) / self.took.as_secs_f64()
    }
}

/// A count as a figure to reckon with.
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

    /// Asks for so long, or until there is nothing more to ask. What is under way at the end is waited for and counts,
    /// and so does the time that it takes.
    ///
    /// # Errors
    /// When an answer was not the one that was expected: figures of a server that does something else are worth nothing.
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
                let said = match connection.ask(&request.bytes).await {
                    Ok(answer) if request.is_answered_by(&answer) => {
                        answers.set(answers.get() + 1);
                        continue;
                    }
                    Ok(answer) => format!("{}: {}", answer.status, String::from_utf8_lossy(answer.body)),
                    Err(error) => error.to_string(),
                };
                wrong.set(wrong.get() + 1);
                first_wrong.borrow_mut().get_or_insert(said);
                return;
            }
        }))
        .await;
        let took = stopwatch.elapsed();
        let answers = answers.get();
        match first_wrong.into_inner() {
            None => Ok(Driven { answers, took }),
            Some(said) => Err(format!("{} wrong answers beside {answers} right ones: {said}", wrong.get()).into()),
        }
    }
}
