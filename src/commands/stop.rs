//! When a command that serves has to end: at SIGTERM, or at SIGINT, which is what Ctrl-C sends.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals to stop. From the moment it exists they no longer end the process by themselves, so that whoever holds it
/// ends in order.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
