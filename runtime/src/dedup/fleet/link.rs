use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, RedisError, RedisResult, ServerErrorKind};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::Address;
use super::question::{Question, Scripts, Verdict};
use super::report::FleetProblem;

/// A connection to Redis; it is closed when it is dropped, whatever is on its way.
pub(super) struct Link {
    connection: MultiplexedConnection,
    driver: JoinHandle<()>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) problem: FleetProblem,
    /// What Redis or the system said: neither a key nor a password is part of it.
    pub(super) detail: String,
    /// Whether others may get an answer: it is this entry that is not ours.
    pub(super) is_of_entry: bool,
}

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long an answer may take.
const LONGEST: Duration = Duration::from_millis(250);

impl Link {
    pub(super) async fn open(address: &Address, tls: Option<&Arc<ClientConfig>>) -> Result<Self, Failure> {
        let opened = timeout(CONNECT, async {
            let stream = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(unreachable)?;
            stream.set_nodelay(true).map_err(unreachable)?;
            let Some(tls) = tls else { return Ok(Self::over(stream, address).await?) };
            let name = ServerName::try_from(address.host.clone()).map_err(unreachable)?;
            let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(unreachable)?;
            Ok(Self::over(stream, address).await?)
        });
        opened.await.unwrap_or_else(|_| Err(Failure::slow()))
    }

    async fn over<S>(stream: S, address: &Address) -> RedisResult<Self>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        // Whoever asks says how long.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let (connection, driver) = MultiplexedConnection::new_with_config(&address.login, stream, config).await?;
        Ok(Self { connection, driver: tokio::spawn(driver) })
    }

    /// Asks all of it at once. The answers stand in the order of the questions; where there is none at all, the
    /// connection is of no more use.
    pub(super) async fn ask(
        &mut self,
        scripts: &Scripts,
        questions: &[Question],
    ) -> Result<Vec<Result<Verdict, Failure>>, Failure> {
        timeout(LONGEST, self.answers(scripts, questions)).await.unwrap_or_else(|_| Err(Failure::slow()))
    }

    async fn answers(
        &mut self,
        scripts: &Scripts,
        questions: &[Question],
    ) -> Result<Vec<Result<Verdict, Failure>>, Failure> {
        let mut answers = self.send(scripts, questions.iter(), false).await?;
        // Nobody knows the scripts of who has just started.
        let unknown = |answer: &RedisResult<i64>| matches!(answer, Err(error) if is_unknown_script(error));
        if answers.iter().any(unknown) {
            let again = questions.iter().zip(&answers).filter(|(_, answer)| unknown(answer));
            let mut later = self.send(scripts, again.map(|(question, _)| question), true).await?.into_iter();
            for answer in answers.iter_mut().filter(|answer| unknown(answer)) {
                *answer = later.next().expect("an answer for each question");
            }
        }
        Ok(answers.into_iter().map(verdict).collect())
    }

    async fn send(
        &mut self,
        scripts: &Scripts,
        questions: impl Iterator<Item = &Question>,
        with_text: bool,
    ) -> Result<Vec<RedisResult<i64>>, Failure> {
        let mut pipeline = redis::pipe();
        let mut count = 0;
        for question in questions {
            pipeline.add_command(scripts.command(question, with_text));
            count += 1;
        }
        let answers: Vec<RedisResult<i64>> = pipeline.ignore_errors().query_async(&mut self.connection).await?;
        if answers.len() == count { Ok(answers) } else { Err(Failure::odd()) }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

fn verdict(answer: RedisResult<i64>) -> Result<Verdict, Failure> {
    Verdict::from_code(answer?).ok_or_else(Failure::odd)
}

fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

impl Failure {
    fn slow() -> Self {
        Self { problem: FleetProblem::Slow, detail: "no answer in time".to_owned(), is_of_entry: false }
    }

    /// Somebody answers who is no Redis, or has other scripts.
    fn odd() -> Self {
        Self { problem: FleetProblem::Refused, detail: "an answer of another kind".to_owned(), is_of_entry: false }
    }
}

fn unreachable(problem: impl fmt::Display) -> Failure {
    Failure { problem: FleetProblem::Unreachable, detail: problem.to_string(), is_of_entry: false }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        let detail = error.to_string();
        let has = |code: &str| error.code() == Some(code) || detail.contains(code);
        let problem = match error.kind() {
            ErrorKind::Io => FleetProblem::Unreachable,
            _ if has("OOM") => FleetProblem::Full,
            _ => FleetProblem::Refused,
        };
        Self { problem, is_of_entry: has("WRONGTYPE"), detail }
    }
}
