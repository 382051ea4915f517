//! Calls to servers that are not AWS's, over the connections and the TLS that the SDK brings: another client would bring
//! its own.

use std::time::Duration;

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use http_body_util::{BodyExt, Limited};

/// The largest reply that is read, in bytes: 256 KiB. Nobody's memory is filled by another's server.
const LARGEST_REPLY: usize = 256 * 1024;

const CONNECT: Duration = Duration::from_secs(2);

/// Connections to other servers. They are kept, as the SDK keeps its own.
pub struct Web(Connector);

/// Why there is no answer: a sentence's end, about the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The request is none.
    #[error("the request can't be made")]
    Request,
    /// No connection, or no reply on it.
    #[error("it can't be reached")]
    Unreachable,
    /// A part of a reply.
    #[error("its reply broke off, or is larger than {most} bytes", most = LARGEST_REPLY)]
    Reply,
    /// The caller's patience ended first.
    #[error("it did not answer in time")]
    Late,
}

impl Default for Web {
    fn default() -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).build();
        // The machine's own certificate authorities and proxy, as for AWS's services.
        let connector = Connector::builder()
            .connector_settings(settings)
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build();
        Self(connector)
    }
}

impl Web {
    /// Sends a request, once, and reads the whole reply. For how long is the caller's to say, with a timeout around it.
    ///
    /// # Errors
    /// When there is no whole reply. A status of any kind is one, also a redirect: it is not followed.
    pub async fn ask(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let request = HttpRequest::try_from(request.map(Into::into)).map_err(|_| NoAnswer::Request)?;
        let response = self.0.call(request).await.map_err(|_| NoAnswer::Unreachable)?;
        let response = response.try_into_http1x().map_err(|_| NoAnswer::Reply)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_REPLY).collect().await.map_err(|_| NoAnswer::Reply)?;
        Ok(http::Response::from_parts(head, body.to_bytes().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// A server that reads one request's head and answers with these bytes, then closes.
    fn server(reply: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            // Whoever has read enough hangs up.
            let _ = stream.write_all(&reply);
        });
        format!("http://{address}/")
    }

    fn with_body(length: usize) -> Vec<u8> {
        let mut reply = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        reply.resize(reply.len() + length, b' ');
        reply
    }

    async fn ask(url: &str) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        Web::default().ask(http::Request::get(url).body(Vec::new()).unwrap()).await
    }

    #[tokio::test]
    async fn a_reply_is_read_whole_up_to_its_bound() {
        let whole = ask(&server(with_body(LARGEST_REPLY))).await.ok().unwrap();
        assert_eq!((whole.status().as_u16(), whole.body().len()), (200, LARGEST_REPLY));
        assert_eq!(ask(&server(with_body(LARGEST_REPLY + 1))).await.err(), Some(NoAnswer::Reply));
        let mut broken = with_body(100);
        broken.pop();
        assert_eq!(ask(&server(broken)).await.err(), Some(NoAnswer::Reply));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let reply = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(&server(reply.to_vec())).await.ok().unwrap().status(), 302);
    }

    #[tokio::test]
    async fn who_is_not_there_can_not_be_reached() {
        assert_eq!(ask("http://127.0.0.1:1/").await.err(), Some(NoAnswer::Unreachable));
        assert_eq!(ask("/").await.err(), Some(NoAnswer::Unreachable));
    }
}
