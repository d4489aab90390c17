//! Which addresses may be connected to.
//!
//! A name in public DNS may lead anywhere, also into the network this program runs in, where it would ask routers,
//! metadata services and databases in the operator's name. Addresses are judged after the name was looked up, and the
//! one that was judged is the one that is connected to: a name that changes in between gains nothing.
//!
//! The blocks are those of the IANA special-purpose registries (RFC 6890) that are not globally reachable.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whom a client may connect to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Addresses that lead to one place from everywhere on the internet.
    #[default]
    Public,
    /// Private networks and this machine too, for hubs of one's own.
    Anywhere,
}

impl Reach {
    /// Whether `address` may be connected to.
    pub fn admits(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::Anywhere, _) => true,
            (Self::Public, IpAddr::V4(address)) => is_public_v4(address),
            (Self::Public, IpAddr::V6(address)) => is_public_v6(address),
        }
    }
}

/// An address and the length of its prefix.
type BlockV4 = ([u8; 4], u32);

const NOT_PUBLIC_V4: [BlockV4; 15] = [
    ([0, 0, 0, 0], 8),       // this network
    ([10, 0, 0, 0], 8),      // private (RFC 1918)
    ([100, 64, 0, 0], 10),   // shared by carriers (RFC 6598)
    ([127, 0, 0, 0], 8),     // this machine
    ([169, 254, 0, 0], 16),  // link-local, and where clouds keep secrets
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments (RFC 6890)
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 88, 99, 0], 24),  // relays of 6to4
    ([192, 168, 0, 0], 16),  // private
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, and broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !NOT_PUBLIC_V4.iter().any(|(block, length)| {
        let block = Ipv4Addr::from(*block).to_bits();
        (bits ^ block) >> (32 - length) == 0
    })
}

/// Global unicast is 2000::/3; within it some blocks are for other things, and others carry an IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let at = |index: usize| {
        let [a, b] = segments[index].to_be_bytes();
        let [c, d] = segments[index + 1].to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0xffff, _, _] => at(6),           // IPv4-mapped
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => at(6),        // NAT64 (RFC 6052)
        [0x2002, ..] => at(1),                            // 6to4 (RFC 3056)
        [0x2001, second, ..] if second < 0x200 => false,  // protocol assignments, Teredo among them
        [0x2001, 0xdb8, ..] => false,                     // documentation
        [0x3fff, second, ..] if second < 0x1000 => false, // documentation (RFC 9637)
        [first, ..] => first >> 13 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_private_network_is_not_connected_to_however_it_is_written() {
        for refused in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.251",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address: IpAddr = refused.parse().unwrap();
            assert!(!Reach::Public.admits(address), "{refused} is admitted");
            assert!(Reach::Anywhere.admits(address), "{refused} is refused to who asked for it");
        }
    }

    #[test]
    fn an_address_on_the_internet_is_connected_to() {
        for admitted in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2001:4860:4860::8888",
            "2002:808:808::1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
        ] {
            assert!(Reach::Public.admits(admitted.parse().unwrap()), "{admitted} is refused");
        }
    }
}
