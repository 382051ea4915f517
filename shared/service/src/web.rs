//! Calls to servers that are not AWS's, over the connections and the TLS that the SDK brings: another client would bring
//! its own.

use std::{error::Error, fmt, io, net::IpAddr, time::Duration};

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    dns::{DnsFuture, ResolveDns, ResolveDnsError},
    http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector},
};
use deliveries::addresses::Reach;
use http_body_util::{BodyExt, Limited};

/// The largest reply that is read, in bytes: 256 KiB. Nobody's memory is filled by another's server.
const LARGEST_REPLY: usize = 256 * 1024;

const CONNECT: Duration = Duration::from_secs(2);

/// How long a reply's body is waited for, once its head is there.
const BODY: Duration = Duration::from_secs(2);

/// Connections to other servers. They are kept, as the SDK keeps its own.
#[derive(Clone)]
pub struct Web(SharedHttpConnector);

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
    /// Its name leads where nothing may go.
    #[error("its name leads to an address that is {0}")]
    Forbidden(&'static str),
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
        Self::over(connector)
    }
}

impl Web {
    /// Connections that somebody else makes.
    pub fn over(connector: impl HttpConnector + 'static) -> Self {
        Self(SharedHttpConnector::new(connector))
    }

    /// Connections to whatever address somebody has given: never into a network that only machines inside it reach. Each
    /// name is resolved by `lookup`, what comes back is judged, and that very address is connected to. No proxy stands
    /// between, because it would resolve the name itself.
    pub fn outward(reach: Reach, lookup: impl ResolveDns + Clone + 'static) -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).build();
        let connector = Connector::builder()
            .connector_settings(settings)
            .proxy_config(ProxyConfig::disabled())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build_with_resolver(Judged { reach, lookup });
        Self::over(connector)
    }

    /// Sends a request, once, and waits for the head of its reply for so long. Of the body no more than `most` bytes are
    /// read, and two seconds are waited: a status is an answer, whatever follows it. A redirect is not followed.
    ///
    /// # Errors
    /// When there is no head of a reply.
    pub async fn deliver(
        &self,
        request: http::Request<Vec<u8>>,
        most: usize,
        patience: Duration,
    ) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let request = HttpRequest::try_from(request.map(Into::into)).map_err(|_| NoAnswer::Request)?;
        let called = tokio::time::timeout(patience, self.0.call(request)).await.map_err(|_| NoAnswer::Late)?;
        let response = called.map_err(|error| no_answer(&error))?;
        let (head, mut body) = response.try_into_http1x().map_err(|_| NoAnswer::Reply)?.into_parts();
        let mut read = Vec::new();
        let reading = async {
            while let Some(Ok(frame)) = body.frame().await {
                read.extend_from_slice(frame.data_ref().map_or(&[], |data| data.as_ref()));
                if read.len() > most {
                    break;
                }
            }
        };
        // The part that has come until then is used.
        let _ = tokio::time::timeout(BODY, reading).await;
        read.truncate(most);
        Ok(http::Response::from_parts(head, read))
    }

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

/// Why there is no answer, by the chain of causes.
fn no_answer(error: &(dyn Error + 'static)) -> NoAnswer {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(Forbidden(why)) = error.downcast_ref() {
            return NoAnswer::Forbidden(why);
        }
        cause = error.source();
    }
    NoAnswer::Unreachable
}

/// A lookup of names whose answers are judged.
#[derive(Debug, Clone)]
struct Judged<R> {
    reach: Reach,
    lookup: R,
}

/// Why an address is not connected to.
#[derive(Debug)]
struct Forbidden(&'static str);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address is {}", self.0)
    }
}

impl Error for Forbidden {}

impl<R: ResolveDns> ResolveDns for Judged<R> {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let addresses = self.lookup.resolve_dns(name).await?;
            match addresses.iter().find_map(|address| self.reach.why_not(*address)) {
                None => Ok(addresses),
                Some(why) => Err(ResolveDnsError::new(Forbidden(why))),
            }
        })
    }
}

/// The machine's own lookup of names.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl ResolveDns for SystemLookup {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
            let none = || io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            if addresses.is_empty() { Err(ResolveDnsError::new(none())) } else { Ok(addresses) }
        })
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
            // A client that has read enough hangs up.
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

    /// A lookup that knows one name.
    #[derive(Debug, Clone, Copy)]
    struct Known(IpAddr);

    impl ResolveDns for Known {
        fn resolve_dns<'a>(&'a self, _name: &'a str) -> DnsFuture<'a> {
            DnsFuture::ready(Ok(vec![self.0]))
        }
    }

    async fn deliver(reach: Reach, leads_to: &str, url: &str) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let web = Web::outward(reach, Known(leads_to.parse().unwrap()));
        let request = http::Request::post(url).body(b"{}".to_vec()).unwrap();
        web.deliver(request, 10, Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let port = server(with_body(2)).rsplit(':').next().unwrap().trim_end_matches('/').to_owned();
        let url = format!("http://hooks.example.cn:{port}/");
        for (address, why) in [
            ("127.0.0.1", "loopback"),
            ("10.0.0.1", "private"),
            ("169.254.169.254", "a cloud's metadata"),
            ("fd00:ec2::254", "a cloud's metadata"),
            ("::ffff:127.0.0.1", "an IPv4 address in disguise"),
        ] {
            let forbidden = deliver(Reach::Public, address, &url).await;
            assert_eq!(forbidden.err(), Some(NoAnswer::Forbidden(why)), "{address}");
        }
        // Where this machine is within reach, the very address that came back is the one that is connected to.
        assert_eq!(deliver(Reach::ThisMachineToo, "127.0.0.1", &url).await.ok().unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_status_is_an_answer_whatever_follows_it() {
        let mut broken = with_body(100);
        broken.pop();
        let endless = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n".to_vec();
        let away = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n".to_vec();
        for (reply, status, read) in
            [(with_body(9_000_000), 200, 10), (broken, 200, 10), (endless, 200, 0), (away, 302, 0)]
        {
            let url = server(reply);
            let answer = deliver(Reach::ThisMachineToo, "127.0.0.1", &url).await.ok().unwrap();
            assert_eq!((answer.status().as_u16(), answer.body().len()), (status, read));
        }
    }
}
