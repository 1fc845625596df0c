//! The scalar of instants.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use entity::Timestamp;

pub(super) struct DateTime(pub Timestamp);

/// An RFC 3339 timestamp in UTC with milliseconds, such as `2026-11-22T14:13:21.042Z`. `new Date(text)` parses it.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"
)]
impl ScalarType for DateTime {
    fn parse(_: Value) -> InputValueResult<Self> {
        Err(InputValueError::custom("no input takes a timestamp"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }
}
