//! What a server says it can do, as far as we use it (RFC 5321 §4.1.1.1).

/// The keywords of an EHLO reply, read without regard to case (RFC 5321 §2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// RFC 2920: several commands in one write.
    pub(super) pipelining: bool,
    /// RFC 1870: the largest mail in octets; 0 says that there is no fixed limit.
    pub(super) size: Option<u64>,
    /// RFC 6531: addresses outside ASCII.
    pub(super) smtputf8: bool,
    /// RFC 3207.
    pub(super) starttls: bool,
    /// RFC 4954.
    pub(super) auth_plain: bool,
    pub(super) auth_login: bool,
}

impl Capabilities {
    /// Reads the lines behind the first.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        for line in lines {
            known.add(&line.to_ascii_uppercase());
        }
        known
    }

    fn add(&mut self, line: &str) {
        // Old servers write `AUTH=LOGIN`.
        let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
        match words.next() {
            Some("PIPELINING") => self.pipelining = true,
            Some("SIZE") => {
                self.size = Some(words.next().and_then(|octets| octets.parse().ok()).unwrap_or(0))
            }
            Some("SMTPUTF8") => self.smtputf8 = true,
            Some("STARTTLS") => self.starttls = true,
            Some("AUTH") => {
                for mechanism in words {
                    self.auth_plain |= mechanism == "PLAIN";
                    self.auth_login |= mechanism == "LOGIN";
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_understood_in_any_case_and_unknown_ones_passed_over() {
        let lines = ["pipelining", "Size 10240000", "SmtpUtf8", "AUTH=LOGIN plain", "X-NEW THING", "", "DSN"];
        let known = Capabilities::of(lines.into_iter());
        let want = Capabilities {
            pipelining: true,
            size: Some(10_240_000),
            smtputf8: true,
            starttls: false,
            auth_plain: true,
            auth_login: true,
        };
        assert_eq!(known, want);
        assert_eq!(Capabilities::of(["SIZE", "starttls"].into_iter()).size, Some(0));
        assert_eq!(Capabilities::of(["PIPELININGX"].into_iter()), Capabilities::default());
    }
}
