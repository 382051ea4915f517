//! Requests byte for byte, and what comes back. No library stands between, so that anything can be sent.

use std::{collections::BTreeMap, io::Read, time::Duration};

use flate2::read::GzDecoder;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than any call may take: it ends after 8 seconds at the latest.
const PATIENCE: Duration = Duration::from_secs(10);

/// The reply, unpacked where it was compressed.
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// Sends a request over a connection of its own, which it asks to be closed. None when no reply comes in time.
pub async fn exchange(address: &str, request: &[u8]) -> Option<Reply> {
    let received = timeout(PATIENCE, async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        // A server that refuses the head may close before it has read the body. Its reply can still be read.
        let _ = stream.write_all(request).await;
        let mut received = Vec::with_capacity(16_384);
        while stream.read_buf(&mut received).await.is_ok_and(|read| read > 0) {}
        Some(received)
    });
    parse(&received.await.ok().flatten()?)
}

fn parse(received: &[u8]) -> Option<Reply> {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&received[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = received[end + 4..].to_vec();
    // A reply to HEAD says how its body would be coded, and has none.
    if !body.is_empty() && headers.get("content-encoding").is_some_and(|coding| coding == "gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(body.as_slice()).read_to_end(&mut plain).ok()?;
        body = plain;
    }
    Some(Reply { status, headers, body })
}
