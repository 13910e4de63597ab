//! Origins: where a secret may go.

use std::net::IpAddr;

use url::{Host, Url};

/// Scheme, host and port of `url`, as `https://example.com:443`; `None` if it has no host.
pub fn origin(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let port = url.port_or_known_default()?;
    Some(format!("{}://{}:{port}", url.scheme(), url.host_str()?.to_ascii_lowercase()))
}

/// A host (`shop.example`, `10.0.0.1`, `::1`) or an origin (`https://shop.example:8443`), or why it is neither.
pub fn host_or_origin(text: &str) -> Result<String, String> {
    let is_host = text.parse::<IpAddr>().is_ok() || Host::parse(text).is_ok();
    if is_host || origin(text).is_some() {
        return Ok(text.to_owned());
    }
    Err(match text.split_once(':') {
        Some((host, port)) if Host::parse(host).is_ok() && port.parse::<u16>().is_ok() => {
            format!(
                "with a port it takes the whole origin, such as `https://{text}`; without one, `{host}` is all of that host"
            )
        }
        _ => "it takes a host, such as shop.example, or an origin, such as https://shop.example:8443".to_owned(),
    })
}

/// Whether `url` can only reach this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Of schemes that are not the web's, an address is kept as a name.
        Some(Host::Domain(name)) => {
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_its_port_written_out() {
        assert_eq!(origin("https://Example.com/a?b").as_deref(), Some("https://example.com:443"));
        assert_eq!(origin("http://127.0.0.1:8080/x").as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(origin("mailto:a@b"), None);
    }

    #[test]
    fn a_host_has_no_port_unless_it_is_an_origin() {
        for taken in ["shop.example", "10.0.0.1", "::1", "[::1]", "https://shop.example", "imaps://mail.example:993"] {
            assert_eq!(host_or_origin(taken).as_deref(), Ok(taken));
        }
        let with_port = host_or_origin("127.0.0.1:8971").unwrap_err();
        assert!(with_port.contains("`https://127.0.0.1:8971`") && with_port.contains("`127.0.0.1`"), "{with_port}");
        for refused in ["", "shop.example/path", "a b", "https://", "localhost:x"] {
            assert!(host_or_origin(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for yes in [
            "http://127.0.0.1:1/",
            "http://localhost/",
            "http://[::1]:3/",
            "http://127.9.9.9/",
            "imap://u:p@127.0.0.1:143/",
        ] {
            assert!(is_loopback(&Url::parse(yes).unwrap()), "{yes}");
        }
        for no in ["http://localhost.example/", "http://10.0.0.1/", "http://127.0.0.1.example/"] {
            assert!(!is_loopback(&Url::parse(no).unwrap()), "{no}");
        }
    }
}
