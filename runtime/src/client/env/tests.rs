use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
    let builder = Builder::default().with_env_from(variable).map_err(|error| error.to_string())?;
    let endpoints = builder.destinations.iter().flat_map(|destination| destination.endpoints().unwrap());
    Ok(endpoints.map(|endpoint| endpoint.url.to_string()).collect())
}

#[test]
fn keys_and_regions_become_destinations() {
    assert_eq!(read(&[]), Ok(vec![]));
    let all = [
        ("POSTHOG_API_KEY", "phc_1"),
        ("POSTHOG_HOST", "https://eu.posthog.com/"),
        ("SEGMENT_WRITE_KEY", "w"),
        ("SEGMENT_REGION", "EU"),
        ("MIXPANEL_TOKEN", "t"),
        ("MIXPANEL_REGION", "in"),
        ("TAXOGEN_DISABLED", "false"),
    ];
    let urls = [
        "https://eu.i.posthog.com/batch/",
        "https://events.eu1.segmentapis.com/v1/batch",
        "https://api-in.mixpanel.com/import?strict=1",
        "https://api-in.mixpanel.com/engage?verbose=1&ip=0",
        "https://api-in.mixpanel.com/groups?verbose=1&ip=0",
    ];
    assert_eq!(read(&all).unwrap(), urls);
    assert_eq!(read(&all[..1]).unwrap(), ["https://us.i.posthog.com/batch/"]);
    let places = [
        ("POSTHOG_REGION", "eu", "https://eu.i.posthog.com/batch/"),
        ("SEGMENT_HOST", "proxy.example.com/s", "https://proxy.example.com/s/v1/batch"),
        ("MIXPANEL_HOST", "http://127.0.0.1:8000", "http://127.0.0.1:8000/import?strict=1"),
    ];
    for (key, (variable, value, url)) in [all[0], all[2], all[4]].into_iter().zip(places) {
        assert_eq!(read(&[key, (variable, value)]).unwrap()[0], url, "{variable}");
    }
    let second = [all[0], ("POSTHOG_API", "v1"), ("POSTHOG_ENCODING", "none")];
    assert_eq!(read(&second).unwrap(), ["https://us.i.posthog.com/i/v1/analytics/events"]);
    assert_eq!(read(&[all[0], ("TAXOGEN_DISABLED", "1")]), Ok(vec![]));
    assert_eq!(read(&[("TAXOGEN_DISABLED", "1"), ("MIXPANEL_REGION", "mars")]), Ok(vec![]));
}

#[cfg(feature = "optimizely")]
#[test]
fn a_datafile_leads_conversions_to_its_project() {
    fn datafile(path: &str) -> (&str, &str) {
        ("OPTIMIZELY_DATAFILE", path)
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [good, bad, missing] = ["good.json", "bad.json", "missing.json"].map(path);
    let text = r#"{"accountId":"1","projectId":"2","revision":"3","region":"EU","events":[],"attributes":[]}"#;
    std::fs::write(&good, text).unwrap();
    std::fs::write(&bad, text.replace("projectId", "project")).unwrap();
    assert_eq!(read(&[datafile(&good)]).unwrap(), ["https://eu.logx.optimizely.com/v1/events"]);
    let host = ("OPTIMIZELY_HOST", "http://127.0.0.1:8000");
    assert_eq!(read(&[datafile(&good), host]).unwrap(), ["http://127.0.0.1:8000/v1/events"]);
    assert_eq!(read(&[host]), Ok(vec![]));
    for (path, sentence) in [
        (&bad, "`OPTIMIZELY_DATAFILE`: `projectId` is missing in the datafile of optimizely: "),
        (&missing, "`OPTIMIZELY_DATAFILE`: the datafile of optimizely `"),
    ] {
        let said = read(&[datafile(path)]).unwrap_err();
        assert!(said.starts_with(sentence), "{said}");
    }
    let said = read(&[datafile(&good), ("OPTIMIZELY_HOST", "ftp://x")]).unwrap_err();
    let sentence = "the host `ftp://x` of optimizely cannot be used: its scheme is neither http nor https";
    assert_eq!(said, format!("`OPTIMIZELY_HOST`: {sentence}"));
}

#[test]
fn what_cannot_be_used_is_named_and_keys_are_not_shown() {
    for (variable, value, sentence) in [
        (
            "POSTHOG_API_KEY",
            "phx_hidden",
            "`POSTHOG_API_KEY`: the key of posthog is a personal API key (`phx_`), which can read and change the \
             project: use the project's API key, `phc_`",
        ),
        (
            "POSTHOG_API_KEY",
            "phs_hidden",
            "`POSTHOG_API_KEY`: the key of posthog is a secret key (`phs_`), which can read and change the \
             project: use the project's API key, `phc_`",
        ),
        ("POSTHOG_API_KEY", " ", "`POSTHOG_API_KEY` is empty: give it a value, or unset it"),
        (
            "POSTHOG_HOST",
            "ftp://x",
            "`POSTHOG_HOST`: the host `ftp://x` of posthog cannot be used: its scheme is neither http nor https",
        ),
        ("POSTHOG_API", "2", "`POSTHOG_API`: posthog has no api `2`: it has to be `v0` or `v1`"),
        (
            "POSTHOG_ENCODING",
            "lz4",
            "`POSTHOG_ENCODING`: there is no encoding `lz4`: it has to be `none`, `gzip`, `deflate`, `br` or `zstd`",
        ),
        (
            "POSTHOG_PERSONAL_API_KEY",
            "phc_hidden",
            "`POSTHOG_PERSONAL_API_KEY`: the key for local flags of posthog is the project's API key (`phc_`), which may \
             not read them: use a personal API key (`phx_`) with the scope `feature_flag:read`, or the project's secret \
             key (`phs_`)",
        ),
        (
            "POSTHOG_PERSONAL_API_KEY",
            "phx hidden",
            "`POSTHOG_PERSONAL_API_KEY`: the key for local flags of posthog holds spaces or other characters that no key \
             has",
        ),
        ("SEGMENT_WRITE_KEY", "", "`SEGMENT_WRITE_KEY` is empty: give it a value, or unset it"),
        ("SEGMENT_REGION", "in", "`SEGMENT_REGION` is `in`: it has to be one of `us`, `eu`"),
        ("MIXPANEL_REGION", "mars", "`MIXPANEL_REGION` is `mars`: it has to be one of `us`, `eu`, `in`"),
        (
            "MIXPANEL_TOKEN",
            "hidden hidden",
            "`MIXPANEL_TOKEN`: the token of mixpanel holds spaces or other characters that no key has",
        ),
        ("TAXOGEN_HASH_KEY", "", "`TAXOGEN_HASH_KEY` is empty: give it a value, or unset it"),
        ("TAXOGEN_STAMP_PLAN", "no way", "`TAXOGEN_STAMP_PLAN` is `no way`: it has to be `true` or `false`"),
        ("TAXOGEN_DISABLED", "maybe", "`TAXOGEN_DISABLED` is `maybe`: it has to be `true` or `false`"),
    ] {
        assert_eq!(read(&[(variable, value)]), Err(sentence.to_owned()));
    }
}

#[test]
fn a_region_and_a_host_are_one_too_many() {
    for vendor in ["POSTHOG", "SEGMENT", "MIXPANEL"] {
        let [region, host] = ["REGION", "HOST"].map(|what| format!("{vendor}_{what}"));
        let problem = read(&[(&region, "eu"), (&host, "https://x.example.com")]);
        assert_eq!(problem, Err(format!("`{region}` and `{host}` are both set: unset one of them")));
    }
}

#[cfg(feature = "zstd")]
#[test]
fn an_encoding_that_the_endpoint_does_not_take_is_the_fault_of_its_variable() {
    let variables = [("POSTHOG_API_KEY", "phc_1"), ("POSTHOG_ENCODING", "zstd")];
    let sentence = "`POSTHOG_ENCODING`: posthog's `/batch/` takes no bodies in `zstd`: use `gzip`, or version 1 \
                    (`PostHogApi::V1`)";
    assert_eq!(read(&variables), Err(sentence.to_owned()));
}

#[cfg(unix)]
#[test]
fn what_is_not_text_is_named() {
    use std::os::unix::ffi::OsStringExt;
    let variable = |name: &str| (name == "MIXPANEL_TOKEN").then(|| OsString::from_vec(vec![0xff]));
    let error = Builder::default().with_env_from(variable).err().unwrap();
    assert!(error.is_configuration());
    assert_eq!(error.to_string(), "`MIXPANEL_TOKEN` is not UTF-8");
}
