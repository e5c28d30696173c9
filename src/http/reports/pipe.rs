//! From the thread that writes a report to the connection that it goes out on: a few pieces, of which the writer waits for each to
//! be taken.

use std::io;

use actix_web::web::Bytes;
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::ReportFailed;

/// What is handed on at once.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that wait to be taken.
const PIECES: usize = 4;

/// What came through.
pub(super) enum Arrived {
    Piece(Bytes),
    /// Everything has come.
    End,
    Failed(ReportFailed),
}

/// The reading end.
pub(super) struct Pipe(Receiver<Arrived>);

/// The writing end.
pub(super) struct Begun(Sender<Arrived>);

/// A pipe.
pub(super) fn pipe() -> (Begun, Pipe) {
    let (sender, receiver) = channel(PIECES);
    (Begun(sender), Pipe(receiver))
}

impl Pipe {
    /// What comes next. What ends without a word has failed.
    pub(super) async fn next(&mut self) -> Arrived {
        let arrived = self.0.recv().await;
        arrived.unwrap_or(Arrived::Failed(ReportFailed::Other))
    }
}

impl Begun {
    /// Takes the bytes. It waits, and is for a thread that may.
    pub(super) fn writer(&self) -> Box<dyn io::Write + Send> {
        Box::new(Writer {
            sender: self.0.clone(),
            piece: Vec::with_capacity(PIECE_BYTES),
        })
    }

    /// Ready when nobody reads any more.
    pub(super) fn gone(&self) -> BoxFuture<'static, ()> {
        let sender = self.0.clone();
        async move { sender.closed().await }.boxed()
    }

    /// Says how it ended.
    pub(super) fn end(self, made: Result<(), ReportFailed>) {
        // Whoever has gone need not know.
        let _ = self.0.blocking_send(match made {
            Ok(()) => Arrived::End,
            Err(failed) => Arrived::Failed(failed),
        });
    }
}

struct Writer {
    sender: Sender<Arrived>,
    piece: Vec<u8>,
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE_BYTES - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        let sent = self.sender.blocking_send(Arrived::Piece(piece.into()));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn everything_comes_through_in_its_order_and_then_the_end() {
        let (begun, mut pipe) = pipe();
        let sent: Vec<u8> = (0..PIECE_BYTES * 10)
            .map(|place| place.to_le_bytes()[1])
            .collect();
        let bytes = sent.clone();
        let writing = thread::spawn(move || {
            let mut writer = begun.writer();
            writer
                .write_all(&bytes)
                .and_then(|()| writer.write_all(b"end"))
                .unwrap();
            writer.flush().unwrap();
            begun.end(Ok(()));
        });
        let mut came = Vec::new();
        while let Arrived::Piece(bytes) = pipe.next().await {
            came.extend_from_slice(&bytes);
        }
        writing.join().unwrap();
        assert!(came == [&sent[..], b"end"].concat());
    }

    #[tokio::test]
    async fn whoever_writes_is_told_that_the_reader_has_gone_and_a_lost_writer_has_failed() {
        let (begun, pipe) = pipe();
        let gone = begun.gone();
        drop(pipe);
        gone.await;
        let written = thread::spawn(move || begun.writer().write_all(&vec![0; PIECE_BYTES]));
        let error = written.join().unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);

        let (begun, mut pipe) = super::pipe();
        drop(begun);
        assert!(matches!(pipe.next().await, Arrived::Failed(_)));
    }
}
