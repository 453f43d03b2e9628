//! Mixpanel's `/engage` and `/groups`: profiles of persons and groups, no gzip, and 200 whatever happens.

use serde_json::Value;

use crate::Vendor;
use crate::ledger::{Judged, Judgement};
use crate::mixpanel_event::is_banned;
use crate::mixpanel_form::Form;
use crate::parcel::Parcel;
use crate::people::{Change, Operation};
use crate::received::{Kind, Received, Verdict};

const UPDATES: usize = 2_000;
const UPDATE_LIMIT: usize = 1024 * 1024;

const OPERATIONS: [(&str, Operation); 8] = [
    ("$set", Operation::Set),
    ("$set_once", Operation::SetOnce),
    ("$add", Operation::Add),
    ("$union", Operation::Union),
    ("$append", Operation::Append),
    ("$remove", Operation::Remove),
    ("$unset", Operation::Unset),
    ("$delete", Operation::Delete),
];

pub(crate) fn engage(parcel: &Parcel<'_>) -> Judgement {
    profiles(parcel, Kind::Person)
}

pub(crate) fn groups(parcel: &Parcel<'_>) -> Judgement {
    profiles(parcel, Kind::Group)
}

fn profiles(parcel: &Parcel<'_>, kind: Kind) -> Judgement {
    // A packed body is read as it is, and is garbage then.
    let form = Form::read(parcel.request, &parcel.request.body);
    let Some(updates) = form.records.as_ref().filter(|updates| (1..=UPDATES).contains(&updates.len())) else {
        let reason = "`data` is no JSON, or holds not 1 to 2000 updates";
        return Judgement::refused(form.answer(Some(reason)), reason, 1);
    };
    let items: Vec<_> = updates.iter().map(|update| judge(update, kind)).collect();
    let error = items.iter().find_map(|item| match &item.received.verdict {
        Verdict::Rejected(reason) => Some(reason.as_str()),
        _ => None,
    });
    let response = form.answer(error);
    Judgement { response, items, refused: None }
}

fn judge(update: &Value, kind: Kind) -> Judged {
    let name = if kind == Kind::Group { "groups" } else { "engage" };
    let mut received = Received::new(Vendor::Mixpanel, kind, name, update);
    let id = if kind == Kind::Group { "$group_id" } else { "$distinct_id" };
    received.distinct_id = update[id].as_str().map(str::to_owned);
    let changes = match read(update, kind, received.distinct_id.as_deref()) {
        Ok((values, change)) => {
            received.properties = values;
            vec![change]
        }
        Err(reason) => {
            received.verdict = Verdict::Rejected(reason.to_owned());
            Vec::new()
        }
    };
    Judged { received, dedup: None, changes }
}

fn read(update: &Value, kind: Kind, id: Option<&str>) -> Result<(Value, Change), &'static str> {
    if update["$token"].as_str().unwrap_or_default().is_empty() {
        return Err("`$token` is missing or empty");
    }
    let id = id.filter(|id| !id.is_empty() && !is_banned(id));
    let Some(id) = id.map(str::to_owned) else {
        return Err("the id is missing, empty or stands for nobody in particular");
    };
    if update.to_string().len() > UPDATE_LIMIT {
        return Err("the update is larger than 1 MB");
    }
    let mut found = OPERATIONS.into_iter().filter(|(name, _)| !update[*name].is_null());
    let (Some((name, operation)), None) = (found.next(), found.next()) else {
        return Err("an update holds exactly one of `$set`, `$set_once`, `$add` and their like");
    };
    let values = update[name].clone();
    let fits = match operation {
        Operation::Unset => values.as_array().is_some_and(|names| names.iter().all(Value::is_string)),
        Operation::Delete => true,
        _ => values.is_object(),
    };
    if !fits {
        return Err("the values of the operation have the wrong shape");
    }
    let change = if kind == Kind::Group {
        let Some(group) = update["$group_key"].as_str().filter(|group| !group.is_empty()) else {
            return Err("`$group_key` is missing or empty");
        };
        Change::Group { kind: group.to_owned(), key: id, operation, values: values.clone() }
    } else {
        Change::Person { id, operation, values: values.clone() }
    };
    Ok((values, change))
}
