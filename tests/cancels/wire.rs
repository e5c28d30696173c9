//! The wire between a server and the stand-in for Toss. It carries everything as it comes, one request to a connection,
//! until it is told to play a trick on the next cancel, or to be cut.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// What happens to a cancel on its way.
pub(crate) enum Trick {
    /// Half of its bytes arrive at Toss, and nothing comes back.
    Half,
    /// It arrives, and nothing comes back.
    Unanswered,
    /// It arrives twice at once; the answer to either comes back.
    Twice,
    /// It stays on the wire until [`Wire::let_go`], and then arrives, although its sender is gone.
    Late,
    /// It does not arrive; somebody on the way answers with these bytes.
    Answered(String),
}

/// A wire to one stand-in. It is cut when dropped.
pub(crate) struct Wire {
    address: SocketAddr,
    ends: Arc<Ends>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

struct Ends {
    toss: String,
    tricks: Mutex<VecDeque<(Trick, oneshot::Sender<()>)>>,
    /// Whether the wire is to be cut between the next reading of a payment and its answer.
    cut: Mutex<Option<oneshot::Sender<()>>>,
    go: Notify,
}

impl Wire {
    /// A wire to the stand-in at that address.
    pub(crate) async fn to(base_url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            address: listener.local_addr().unwrap(),
            ends: Arc::new(Ends {
                toss: base_url.trim_start_matches("http://").to_owned(),
                tricks: Mutex::default(),
                cut: Mutex::default(),
                go: Notify::new(),
            }),
            listening: Mutex::default(),
        };
        wire.listen(listener);
        wire
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Plays a trick on the next cancel that nothing else waits for. What is given back is ready when it has come so far:
    /// the bytes have gone where they go, and no answer has come back.
    pub(crate) fn on_next_cancel(&self, trick: Trick) -> oneshot::Receiver<()> {
        let (done, when_done) = oneshot::channel();
        self.ends.tricks.lock().unwrap().push_back((trick, done));
        when_done
    }

    /// Lets a cancel that is [`Trick::Late`] go on.
    pub(crate) fn let_go(&self) {
        self.ends.go.notify_one();
    }

    /// Cuts the wire when the next reading of a payment is under way: its answer still arrives, and no connection can be
    /// made after it.
    pub(crate) async fn is_cut_after_the_next_reading(&self) {
        let (done, when_done) = oneshot::channel();
        *self.ends.cut.lock().unwrap() = Some(done);
        when_done.await.unwrap();
        self.is_cut().await;
        self.ends.go.notify_one();
    }

    /// Lets nobody make a connection any more.
    pub(crate) async fn is_cut(&self) {
        let listening = self.listening.lock().unwrap().take().unwrap();
        listening.abort();
        assert!(listening.await.unwrap_err().is_cancelled());
    }

    /// Makes the wire whole again.
    pub(crate) async fn is_mended(&self) {
        self.listen(TcpListener::bind(self.address).await.unwrap());
    }

    fn listen(&self, listener: TcpListener) {
        let ends = Arc::clone(&self.ends);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let ends = Arc::clone(&ends);
                // Whoever hangs up, hangs up.
                tokio::spawn(async move { ends.carry(stream).await });
            }
        });
        *self.listening.lock().unwrap() = Some(task);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(task) = self.listening.lock().unwrap().take() {
            task.abort();
        }
    }
}

impl Ends {
    async fn carry(&self, mut client: TcpStream) -> io::Result<()> {
        let request = read_request(&mut client).await?;
        let head = String::from_utf8_lossy(&request);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let is_cancel = head.starts_with("POST ") && path.ends_with("/cancel");
        let is_reading = head.starts_with("GET /v1/payments/");
        let trick = is_cancel
            .then(|| self.tricks.lock().unwrap().pop_front())
            .flatten();
        if let Some((trick, done)) = trick {
            return self.play(trick, &request, client, done).await;
        }
        let cut = is_reading
            .then(|| self.cut.lock().unwrap().take())
            .flatten();
        let mut toss = self.send(&request).await?;
        if let Some(cut) = cut {
            let mut answer = Vec::new();
            toss.read_to_end(&mut answer).await?;
            let _ = cut.send(());
            self.go.notified().await;
            return client.write_all(&answer).await;
        }
        give_back(&mut toss, client).await
    }

    async fn play(
        &self,
        trick: Trick,
        request: &[u8],
        mut client: TcpStream,
        done: oneshot::Sender<()>,
    ) -> io::Result<()> {
        let done = || {
            let _ = done.send(());
        };
        match trick {
            Trick::Half => {
                let mut toss = TcpStream::connect(&self.toss).await?;
                toss.write_all(&request[..request.len() / 2]).await?;
                done();
                hangs_up(&mut client).await
            }
            Trick::Unanswered => {
                let mut answer = Vec::new();
                let mut toss = self.send(request).await?;
                toss.read_to_end(&mut answer).await?;
                done();
                hangs_up(&mut client).await
            }
            Trick::Twice => {
                let (mut one, mut other) = (self.send(request).await?, self.send(request).await?);
                let mut answer = Vec::new();
                one.read_to_end(&mut answer).await?;
                done();
                give_back(&mut other, client).await
            }
            Trick::Late => {
                done();
                self.go.notified().await;
                let mut toss = self.send(request).await?;
                toss.read_to_end(&mut Vec::new()).await.map(drop)
            }
            Trick::Answered(answer) => {
                client.write_all(answer.as_bytes()).await?;
                done();
                client.shutdown().await
            }
        }
    }

    /// Sends a whole request to Toss, on a connection that ends with the answer.
    async fn send(&self, request: &[u8]) -> io::Result<TcpStream> {
        let mut toss = TcpStream::connect(&self.toss).await?;
        let line = request.iter().position(|byte| *byte == b'\n').unwrap_or(0) + 1;
        let whole = [&request[..line], b"connection: close\r\n", &request[line..]].concat();
        toss.write_all(&whole).await?;
        Ok(toss)
    }
}

/// Carries an answer back, as far as it comes and as long as somebody waits for it.
async fn give_back(toss: &mut TcpStream, mut client: TcpStream) -> io::Result<()> {
    let (mut from, mut to) = client.split();
    let mut nothing = [0; 1];
    tokio::select! {
        copied = copy(toss, &mut to) => copied.map(drop),
        _ = from.read(&mut nothing) => Ok(()),
    }
}

async fn hangs_up(client: &mut TcpStream) -> io::Result<()> {
    client.read(&mut [0; 1]).await.map(drop)
}

/// A request with its body.
async fn read_request(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        if client.read_buf(&mut request).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = request.windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.trim().parse().ok())
            .unwrap_or(0);
        if request.len() >= head + 4 + length {
            return Ok(request);
        }
    }
}
