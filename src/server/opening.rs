//! The database and the address that the server needs before it can begin, and why it may not have them.

use std::io;
use std::net::{SocketAddr, TcpListener};

use crate::clock::Clock;
use crate::config::{ServerConfig, SettingError};
use crate::store::{Migrated, Store, StoreError};
use crate::toss::ClientSetupError;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened as configured.
    #[error("DATABASE_URL: {0}")]
    OpenStore(#[source] StoreError),
    /// The database could not be brought up to date.
    #[error("{0}")]
    Migrate(#[source] StoreError),
    /// The database could not be asked what time it is.
    #[error("{0}")]
    Clock(#[source] StoreError),
    /// The client of Toss's API could not be made.
    #[error("{0}")]
    Toss(#[from] ClientSetupError),
    /// What tells addresses of the merchant's own could not be made.
    #[error("connections to the addresses of [[notify]] cannot be encrypted on this machine: {0}")]
    Notifier(String),
    /// A setting does not fit.
    #[error("{0}")]
    Setting(#[from] SettingError),
    /// Trusted documents that cannot be answered, one line for each fault.
    #[error("{}", .0.join("; "))]
    Documents(Vec<String>),
    /// The address cannot be served on.
    #[error(
        "LISTEN_ADDR: {address} cannot be served on ({cause}): choose another address or port, or stop what is there"
    )]
    Bind {
        /// The configured address.
        address: SocketAddr,
        /// The system's word for it.
        cause: io::ErrorKind,
    },
}

/// The database, up to date.
pub(super) async fn open_store(config: &ServerConfig) -> Result<(Store, Migrated), StartError> {
    let store = Store::open(&config.database_url)
        .await
        .map_err(StartError::OpenStore)?;
    let store = store.signing_with(config.audit_signer());
    let migrated = store.migrate().await.map_err(StartError::Migrate)?;
    store
        .warn_of_forgetful_server()
        .await
        .map_err(StartError::OpenStore)?;
    Ok((store, migrated))
}

/// Says in the audit log which key signs it. Without room for that, what is there is still told; the next start says it.
pub(super) async fn say_audit_key(store: &Store, clock: &Clock) {
    if let Err(error) = store.say_audit_key(clock.now()).await {
        tracing::warn!(%error, "the key that signs the audit log could not be named in it");
    }
}

/// Binds the address, and tells which port it is.
pub(super) fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bind_error = |error: io::Error| StartError::Bind {
        address,
        cause: error.kind(),
    };
    let listener = TcpListener::bind(address).map_err(bind_error)?;
    let address = listener.local_addr().map_err(bind_error)?;
    Ok((listener, address))
}
