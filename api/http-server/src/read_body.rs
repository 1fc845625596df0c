use axum::body::{Body, Bytes};
use http_body_util::BodyExt;

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than allowed.
    TooLarge,
    /// The client broke it off, or broke the protocol.
    Broken,
}

/// Reads a body into one buffer. (`axum::body::to_bytes` keeps every chunk with the buffer that it arrived in: a body
/// in chunks of one byte would take 40 times its size.)
///
/// # Errors
/// [`BodyError`].
pub async fn read_body(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut buffer = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
            continue;
        };
        if buffer.len() + data.len() > limit {
            return Err(BodyError::TooLarge);
        }
        buffer.extend_from_slice(&data);
    }
    Ok(buffer.into())
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::{StreamExt, stream};

    use super::*;

    #[tokio::test]
    async fn body_is_read_up_to_its_limit() {
        for (length, expected) in [(0, Ok(0)), (1_000, Ok(1_000)), (1_001, Err(BodyError::TooLarge))] {
            for chunk in [1, 100, 2_000] {
                let bytes = vec![b'x'; length];
                let chunks: Vec<_> = bytes
                    .chunks(chunk)
                    .map(Bytes::copy_from_slice)
                    .map(io::Result::Ok)
                    .collect();
                let read = read_body(Body::from_stream(stream::iter(chunks)), 1_000).await;
                assert_eq!(read.map(|body| body.len()), expected, "{length} in {chunk}");
            }
        }
        let broken = stream::iter([Ok("x")]).chain(stream::iter([Err(io::Error::other("left"))]));
        assert_eq!(
            read_body(Body::from_stream(broken), 1_000).await,
            Err(BodyError::Broken)
        );
    }
}
