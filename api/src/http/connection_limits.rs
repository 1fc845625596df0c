//! How many connections the API accepts, so that the process always has files left for everything else.

use http_server::ConnectionLimits;

use crate::start_error::StartError;

/// Files that are kept, besides those for the pool of the database: for the connections to the mail server, for the
/// metrics, for what the process itself has open.
const RESERVED: usize = 112;

/// The fewest connections that a server is worth starting for.
const MIN: usize = 16;

/// A connection with its buffers and its request takes at most 96 KiB.
const DEFAULT: usize = 4_096;

/// The limit of the address for `/metrics`, which only a few programs read.
pub(crate) const METRICS_CONNECTIONS: ConnectionLimits = ConnectionLimits::total(32);

/// The limits of the API: the settings, or as much as `open_files` allows.
///
/// # Errors
/// When the process may open too few files.
pub(crate) fn connection_limits(
    total: Option<usize>,
    per_network: Option<usize>,
    database_pool: u32,
    open_files: usize,
) -> Result<ConnectionLimits, StartError> {
    let reserved = RESERVED.saturating_add(database_pool.try_into().unwrap_or(usize::MAX));
    let most = open_files.saturating_sub(reserved);
    if total.unwrap_or(MIN) > most {
        return Err(StartError::OpenFiles {
            open_files,
            required: total.unwrap_or(MIN).saturating_add(reserved),
        });
    }
    let total = total.unwrap_or(DEFAULT.min(most));
    let per_network = per_network.unwrap_or(total.div_ceil(4)).min(total);
    Ok(ConnectionLimits { total, per_network })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_for_everything_else() {
        for (total, per_network, open_files, expected) in [
            (None, None, 20_000, Some((4_096, 1_024))),
            (None, None, 1_024, Some((896, 224))),
            (None, None, 144, Some((16, 4))),
            (None, None, 143, None),
            (None, None, 0, None),
            (Some(896), None, 1_024, Some((896, 224))),
            (Some(897), None, 1_024, None),
            (Some(1), None, 1_024, Some((1, 1))),
            (Some(usize::MAX), None, usize::MAX, None),
            (Some(100), Some(7), 1_024, Some((100, 7))),
            (Some(100), Some(700), 1_024, Some((100, 100))),
        ] {
            let limits = connection_limits(total, per_network, 16, open_files);
            let limits = limits.ok().map(|limits| (limits.total, limits.per_network));
            assert_eq!(limits, expected, "{total:?} {per_network:?} {open_files}");
        }
    }
}
