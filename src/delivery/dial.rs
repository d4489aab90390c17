//! How a connection is opened: address, TLS, greeting, and the words of AUTH.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Auth;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::delivery::relay::Relay;
use crate::delivery::reply::{Fault, Stage, Trouble, reply_of_error, words_of};
use crate::delivery::route::{Deadlines, Route};
use crate::delivery::wire::Wire;

/// Connects to the first of the relay's addresses that answers.
pub(super) async fn dial(relay: &Relay) -> io::Result<TcpStream> {
    match relay.host.as_str() {
        // Without asking the network for the name of this machine (RFC 6761 §6.3): some resolvers take seconds.
        "localhost" => {
            let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            TcpStream::connect(&addresses.map(|address| SocketAddr::new(address, relay.port))[..]).await
        }
        host => TcpStream::connect((host, relay.port)).await,
    }
}

/// Opens TLS over the wire, within the deadline.
pub(super) async fn encrypt(wire: &Wire, route: &Route) -> Result<(), Trouble> {
    let (connector, name) = route.tls.as_ref().expect("a Route with TLS has a connector");
    let deadline = route.deadlines.connect;
    match timeout(deadline, wire.upgrade(connector, name.clone())).await {
        Ok(result) => result.map_err(|error| Trouble::cut(Stage::Tls, error)),
        Err(_) => Err(late(Stage::Tls, deadline)),
    }
}

/// Waits for the greeting and sends lettre's EHLO.
pub(super) async fn greet(
    wire: &Wire,
    client: &ClientId,
    deadlines: &Deadlines,
) -> Result<AsyncSmtpConnection, Trouble> {
    let deadline = deadlines.of(Stage::Greeting);
    let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), client);
    let result = timeout(deadline, greeted).await;
    let stage = if wire.taken() == 0 { Stage::Greeting } else { Stage::Ehlo };
    match result {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(match reply_of_error(&error) {
            Some(reply) => Trouble::reply(stage, reply),
            None => Trouble::cut(stage, words_of(&error)),
        }),
        Err(_) => Err(late(stage, deadline)),
    }
}

/// The challenges and responses of AUTH (RFC 4954 §4); LOGIN has two.
pub(super) async fn exchange(
    connection: &mut AsyncSmtpConnection,
    mechanism: Mechanism,
    credentials: &Credentials,
) -> Result<Response, SmtpError> {
    let mut response = connection.command(Auth::new(mechanism, credentials.clone(), None)?).await?;
    for _ in 0..2 {
        if !response.has_code(334) {
            break;
        }
        let answer = Auth::new_from_response(mechanism, credentials.clone(), &response)?;
        response = connection.command(answer).await?;
    }
    Ok(response)
}

/// A stage took longer than it may.
pub(super) fn late(stage: Stage, deadline: Duration) -> Trouble {
    Trouble { stage, fault: Fault::Late(deadline) }
}
