//! A private key in PEM (RFC 7468).

use data_encoding::BASE64;

use crate::message::SignerError;

/// What a block says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Pkcs1,
    Pkcs8,
}

/// A decoded block.
pub(super) struct Block {
    pub(super) label: Label,
    pub(super) der: Vec<u8>,
}

/// The first block of `text`.
pub(super) fn private_key(text: &str) -> Result<Block, SignerError> {
    let (_, rest) = text.split_once("-----BEGIN ").ok_or(SignerError::NotPem)?;
    let (label, rest) = rest.split_once("-----").ok_or(SignerError::NotPem)?;
    let label = match label {
        "RSA PRIVATE KEY" if !rest.contains("ENCRYPTED") => Label::Pkcs1,
        "PRIVATE KEY" => Label::Pkcs8,
        other => return Err(SignerError::Label { label: other.to_owned() }),
    };
    let (base64, _) = rest.split_once("-----END ").ok_or(SignerError::NotPem)?;
    let base64: String = base64.split_whitespace().collect();
    let der = BASE64.decode(base64.as_bytes()).map_err(|_| SignerError::NotPem)?;
    Ok(Block { label, der })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_unencrypted_private_key_is_named() {
        let label = |label: &str| SignerError::Label { label: label.to_owned() };
        for (given, want) in [
            ("MIIEvQ==", SignerError::NotPem),
            ("-----BEGIN PRIVATE KEY-----\nMIIE!\n-----END PRIVATE KEY-----\n", SignerError::NotPem),
            ("-----BEGIN PRIVATE KEY-----\nMIIE\n", SignerError::NotPem),
            ("-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----\n", label("PUBLIC KEY")),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n-----END RSA PRIVATE KEY-----\n",
                label("RSA PRIVATE KEY"),
            ),
        ] {
            assert_eq!(private_key(given).err(), Some(want), "given {given}");
        }
    }
}
