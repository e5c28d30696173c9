//! The client's end of a connection: whether it is still there, and its going. actix tells neither a handler that waits.

use std::any::Any;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;

use actix_web::{
    HttpRequest,
    dev::Extensions,
    rt::{net::TcpStream as Connection, time::sleep},
};
use socket2::SockRef;
use tracing::debug;

use super::limits::{HANG_UP_LOOKS, SEND_BUFFER_BYTES, UNREAD_TIME};

/// A second handle on the socket of a client's connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Client(Arc<TcpStream>);

/// Prepares a connection that was just accepted; for [`actix_web::HttpServer::on_connect`]. The system ends it when its client
/// leaves everything unread, and keeps little of what is not read.
pub fn on_connect(connection: &dyn Any, of_connection: &mut Extensions) {
    let Some(connection) = connection.downcast_ref::<Connection>() else {
        return;
    };
    let socket = SockRef::from(connection);
    let prepared = socket
        .set_send_buffer_size(SEND_BUFFER_BYTES)
        .and_then(|()| socket.set_tcp_user_timeout(Some(UNREAD_TIME)));
    if let Err(error) = prepared {
        debug!(%error, "a connection keeps the system's limits");
    }
    match connection.as_fd().try_clone_to_owned() {
        Ok(socket) => {
            of_connection.insert(Client(Arc::new(TcpStream::from(socket))));
        }
        Err(error) => debug!(%error, "a connection's client is not watched"),
    }
}

impl Client {
    /// The client that sent the request, where [`on_connect`] saw it come.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        request.conn_data::<Self>().cloned()
    }

    /// Waits until the client has gone, or closed its sending half.
    pub(super) async fn gone(&self) {
        loop {
            sleep(HANG_UP_LOOKS).await;
            if self.is_gone() {
                return;
            }
        }
    }

    fn is_gone(&self) -> bool {
        // The socket is non-blocking, as both handles are on one.
        match self.0.peek(&mut [0]) {
            Ok(bytes) => bytes == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Ends the connection, whatever is still to be sent.
    pub(super) fn cut_off(&self) {
        // One that has ended already is what is wanted.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// Waits until the client has gone; for ever where nobody watches it.
pub(super) async fn gone(client: Option<Client>) {
    match client {
        Some(client) => client.gone().await,
        None => std::future::pending().await,
    }
}
