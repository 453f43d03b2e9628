use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::error::{Error, Kind};

/// TLS with the certificates that the system trusts.
///
/// The cryptography is named here and not taken from the process: an application that installs another, or
/// none, changes nothing for us.
pub(super) fn config(secure: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(unusable)?;
    if !secure {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    Ok(builder.with_platform_verifier().map_err(unusable)?.with_no_client_auth())
}

fn unusable(problem: rustls::Error) -> Error {
    let sentence = format!("TLS cannot be set up, most likely because the system has no root certificates: {problem}");
    Error::new(Kind::Configuration, sentence).with_source(problem)
}
