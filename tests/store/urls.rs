//! Which database URLs are understood, and what is said of the others.

use toss_recon::store::DatabaseUrl;

#[test]
fn addresses_are_understood_and_shown_without_what_is_secret() {
    for (text, shown) in [
        ("sqlite://toss-recon.db", "sqlite://toss-recon.db"),
        ("sqlite:///var/lib/a b%20.db", "sqlite:///var/lib/a b%20.db"),
        (" sqlite://data/결제.db\n", "sqlite://data/결제.db"),
        ("postgres://db/recon", "postgres://db/recon"),
        (
            "postgresql://kim:hunter%402@db.example:5433/recon?sslmode=verify-full",
            "postgres://db.example:5433/recon",
        ),
        (
            "postgres:///recon?host=/var/run/postgresql",
            "postgres:///recon",
        ),
    ] {
        let url: DatabaseUrl = text.parse().expect(text);
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), shown);
    }
}

#[test]
fn every_wrong_url_gives_one_line_that_says_how_to_mend_it() {
    for (text, says) in [
        ("", "empty"),
        ("toss-recon.db", "no scheme"),
        ("mysql://kim:hunter2@db/recon", "scheme that is not known"),
        ("sqlite::memory:", "in memory"),
        ("sqlite://:memory:", "in memory"),
        ("sqlite:toss-recon.db", "lacks slashes"),
        ("sqlite://", "names no file"),
        ("sqlite:///var/lib/", "names a folder"),
        ("sqlite://a.db?mode=rwc", "leave out everything from the ?"),
        ("postgres://", "names no host"),
        ("postgres:///recon", "names no host"),
        ("postgres://kim:hunter2@db", "names no database"),
        ("postgres://kim:hunter2@db/", "names no database"),
        ("postgres://kim:hunter2/x@db:5432/recon", "%2F"),
        (
            "postgres://kim:hunter2@db:port/recon",
            "port that is no number",
        ),
        (
            "postgres://kim:hunter2@db/recon?sslmode=maybe",
            "sslmode is one of",
        ),
        ("postgres://kim:hunter2@db/recon?pool=7", "\"pool\""),
        ("postgres://kim:hunter2@d b/recon", "cannot be read"),
    ] {
        let error = text.parse::<DatabaseUrl>().expect_err(text).to_string();
        assert!(error.contains(says), "{text}: {error}");
        assert!(!error.contains('\n'), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{text}: {error}");
    }
}
