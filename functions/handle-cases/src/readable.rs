//! Items that can't be read: they are left out, and logged.

use aftertaste::table::TableError;

/// The value that was read; nothing where it can't be read, which is logged.
pub(crate) fn readable<T>(read: Result<T, TableError>) -> Result<Option<T>, TableError> {
    match read {
        Err(error @ TableError::Unreadable { .. }) => {
            error.log_left_out();
            Ok(None)
        }
        read => read.map(Some),
    }
}
