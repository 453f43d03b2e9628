//! Names with `$` that a plan may use, because the vendors have given them a meaning.
//!
//! Those of PostHog's public taxonomy, as of November 2026, without the ones that stand for a call; and what
//! Mixpanel calls the properties of a profile. Sorted, to be searched by halves.

use crate::check::reference::nearest;
use crate::diagnostic::Diagnostics;

/// Whether an event of that name is one of PostHog's.
pub(super) fn is_event(name: &str) -> bool {
    EVENTS.binary_search(&name).is_ok()
}

/// Whether a property of that name is one of the vendors', where it stands for the first or the entry value too.
pub(super) fn is_property(name: &str) -> bool {
    if PROPERTIES.binary_search(&name).is_ok() || FAMILIES.iter().any(|family| name.starts_with(family)) {
        return true;
    }
    let Some(of) = FIRST.iter().find_map(|prefix| name.strip_prefix(prefix)) else { return false };
    CAMPAIGN.binary_search(&of).is_ok() || PROPERTIES.binary_search(&format!("${of}").as_str()).is_ok()
}

/// The event of PostHog's that was probably meant.
pub(super) fn similar_event(name: &str, diagnostics: &Diagnostics) -> Option<String> {
    nearest(name, EVENTS.iter().copied(), diagnostics).map(str::to_owned)
}

/// The property that was probably meant; the first value of one, where the name begins so.
pub(super) fn similar_property(name: &str, diagnostics: &Diagnostics) -> Option<String> {
    if let Some((prefix, of)) = FIRST.iter().find_map(|prefix| Some((prefix, name.strip_prefix(prefix)?))) {
        let similar = nearest(of, CAMPAIGN.iter().chain(PROPERTIES).copied(), diagnostics)?;
        return Some(format!("{prefix}{}", similar.trim_start_matches('$')));
    }
    nearest(name, PROPERTIES.iter().copied(), diagnostics).map(str::to_owned)
}

/// Whether Mixpanel shows such a property of a profile by itself.
pub(super) fn is_of_profile(name: &str) -> bool {
    PROFILE.binary_search(&name).is_ok()
}

/// What begins so is followed by the key of a flag or a survey.
const FAMILIES: &[&str] =
    &["$feature/", "$feature_enrollment/", "$survey_dismissed/", "$survey_responded/", "$survey_response_"];

/// What begins so is the first value of the property whose name follows.
const FIRST: &[&str] = &["$entry_", "$initial_", "$session_entry_"];

#[rustfmt::skip]
const EVENTS: &[&str] = &[
    "$$heatmap", "$ai_embedding", "$ai_evaluation", "$ai_feedback", "$ai_generation", "$ai_metric", "$ai_span",
    "$ai_tag", "$ai_trace", "$autocapture", "$capture_metrics", "$conversation_message_received",
    "$conversation_message_sent", "$conversation_private_message_sent", "$conversation_ticket_assigned",
    "$conversation_ticket_created", "$conversation_ticket_priority_changed", "$conversation_ticket_status_changed",
    "$copy_autocapture", "$csp_violation", "$dead_click", "$element_viewed", "$error_tracking_issue_created",
    "$error_tracking_issue_reopened", "$error_tracking_issue_spiking", "$exception", "$feature_enrollment_update",
    "$feature_flag_called", "$feature_interaction", "$feature_view", "$mcp_auth_failed", "$mcp_custom",
    "$mcp_initialize", "$mcp_missing_capability", "$mcp_prompt_get", "$mcp_prompts_list", "$mcp_resource_read",
    "$mcp_resources_list", "$mcp_tool_call", "$mcp_tools_list", "$merge_dangerously", "$opt_in", "$pageleave",
    "$pageview", "$rageclick", "$screen", "$slack_message_received", "$snapshot", "$web_vitals",
];

#[rustfmt::skip]
const PROPERTIES: &[&str] = &[
    "$$plugin_metrics", "$active_feature_flags", "$ai_agent_name", "$ai_audio_cost_usd", "$ai_audio_input_tokens",
    "$ai_audio_output_tokens", "$ai_base_url", "$ai_billable", "$ai_blob_bytes", "$ai_blob_count",
    "$ai_cache_creation_1h_input_tokens", "$ai_cache_creation_5m_input_tokens", "$ai_cache_creation_input_tokens",
    "$ai_cache_read_audio_tokens", "$ai_cache_read_input_tokens", "$ai_cache_read_token_price",
    "$ai_cache_reporting_exclusive", "$ai_cache_write_1h_token_price", "$ai_cache_write_token_price",
    "$ai_cost_model_provider", "$ai_cost_model_source", "$ai_error", "$ai_error_normalized", "$ai_error_type",
    "$ai_eval_source", "$ai_evaluation_allows_na", "$ai_evaluation_applicable", "$ai_evaluation_id",
    "$ai_evaluation_key_id", "$ai_evaluation_key_type", "$ai_evaluation_model", "$ai_evaluation_name",
    "$ai_evaluation_provider", "$ai_evaluation_reasoning", "$ai_evaluation_result", "$ai_evaluation_runtime",
    "$ai_evaluation_start_time", "$ai_evaluation_type", "$ai_expected", "$ai_experiment_id", "$ai_experiment_item_id",
    "$ai_experiment_item_name", "$ai_experiment_name", "$ai_feedback_text", "$ai_framework", "$ai_git_branch",
    "$ai_git_repo", "$ai_http_status", "$ai_image_cost_usd", "$ai_image_input_tokens", "$ai_image_output_tokens",
    "$ai_ingestion_source", "$ai_input", "$ai_input_cost_usd", "$ai_input_state", "$ai_input_token_price",
    "$ai_input_tokens", "$ai_is_error", "$ai_latency", "$ai_lib", "$ai_lib_version", "$ai_max_tokens",
    "$ai_metric_name", "$ai_metric_value", "$ai_metric_version", "$ai_model", "$ai_model_cost_used",
    "$ai_model_parameters", "$ai_output", "$ai_output_choices", "$ai_output_cost_usd", "$ai_output_state",
    "$ai_output_token_price", "$ai_output_tokens", "$ai_parent_id", "$ai_project_name", "$ai_prompt_name",
    "$ai_prompt_version", "$ai_prompt_version_id", "$ai_provider", "$ai_reasoning", "$ai_reasoning_tokens",
    "$ai_request_cost_usd", "$ai_request_count", "$ai_request_price", "$ai_request_url", "$ai_result_type",
    "$ai_score", "$ai_score_max", "$ai_score_min", "$ai_session_id", "$ai_span_id", "$ai_span_name", "$ai_span_type",
    "$ai_status", "$ai_stop_reason", "$ai_stream", "$ai_tag_count", "$ai_tag_reasoning", "$ai_tagger_id",
    "$ai_tagger_key_id", "$ai_tagger_key_type", "$ai_tagger_name", "$ai_tagger_start_time", "$ai_tags",
    "$ai_target_event_id", "$ai_target_event_type", "$ai_target_id", "$ai_target_type", "$ai_temperature",
    "$ai_text_input_tokens", "$ai_text_output_tokens", "$ai_time_to_first_token", "$ai_tokens_source",
    "$ai_tool_call_count", "$ai_tools", "$ai_tools_called", "$ai_total_cost_usd", "$ai_total_input_tokens",
    "$ai_total_output_tokens", "$ai_total_tokens", "$ai_trace_id", "$ai_trace_name", "$ai_user_prompt",
    "$ai_video_cost_usd", "$ai_video_input_tokens", "$ai_video_output_tokens", "$ai_web_search_cost_usd",
    "$ai_web_search_count", "$ai_web_search_price", "$anon_distinct_id", "$app_build", "$app_name", "$app_namespace",
    "$app_version", "$autocapture_count", "$autocapture_disabled_server_side", "$browser", "$browser_language",
    "$browser_language_prefix", "$browser_type", "$browser_version", "$capture_failed_request", "$ce_version",
    "$channel_type", "$client_session_initial_pathname", "$client_session_initial_referring_host",
    "$client_session_initial_utm_campaign", "$client_session_initial_utm_content",
    "$client_session_initial_utm_medium", "$client_session_initial_utm_source", "$client_session_initial_utm_term",
    "$config_defaults", "$configured_session_timeout_ms", "$console_log_recording_enabled_server_side",
    "$conversations_ticket_id", "$conversations_widget_session_id", "$cookieless_extra", "$cookieless_mode",
    "$copy_type", "$creator_event_uuid", "$csp_blocked_url", "$csp_column_number", "$csp_disposition",
    "$csp_document_url", "$csp_effective_directive", "$csp_line_number", "$csp_original_policy", "$csp_raw_report",
    "$csp_referrer", "$csp_report_type", "$csp_script_sample", "$csp_source_file", "$csp_status_code", "$csp_version",
    "$csp_violated_directive", "$current_url", "$cymbal_errors", "$dead_click_absolute_delay_ms",
    "$dead_click_absolute_timeout", "$dead_click_event_timestamp", "$dead_click_last_mutation_timestamp",
    "$dead_click_mutation_delay_ms", "$dead_click_mutation_timeout", "$dead_click_scroll_delay_ms",
    "$dead_click_scroll_timeout", "$dead_click_selection_changed_delay_ms", "$dead_click_selection_changed_timeout",
    "$dead_click_visibility_changed_delay_ms", "$dead_click_visibility_changed_timeout",
    "$dead_clicks_enabled_server_side", "$debug_first_full_snapshot_timestamp", "$debug_images", "$device",
    "$device_id", "$device_manufacturer", "$device_model", "$device_name", "$device_type", "$el_text", "$emails",
    "$enabled_feature_flags", "$end_current_url", "$end_hostname", "$end_pathname", "$end_timestamp",
    "$entry_current_url", "$entry_hostname", "$entry_pathname", "$event_time_override_provided",
    "$event_time_override_system_time", "$event_type", "$exception_capture_enabled_server_side",
    "$exception_fingerprint", "$exception_fingerprint_record", "$exception_fingerprint_version",
    "$exception_functions", "$exception_handled", "$exception_issue_id", "$exception_level", "$exception_list",
    "$exception_release", "$exception_source", "$exception_sources", "$exception_steps", "$exception_types",
    "$exception_values", "$exit_current_url", "$exit_pathname", "$external_click_url", "$feature_flag",
    "$feature_flag_bootstrapped_payload", "$feature_flag_bootstrapped_response", "$feature_flag_error",
    "$feature_flag_evaluated_at", "$feature_flag_has_experiment", "$feature_flag_id",
    "$feature_flag_original_response", "$feature_flag_payload", "$feature_flag_payloads", "$feature_flag_reason",
    "$feature_flag_request_id", "$feature_flag_response", "$feature_flag_version", "$geoip_accuracy_radius",
    "$geoip_city_confidence", "$geoip_city_name", "$geoip_continent_code", "$geoip_continent_name",
    "$geoip_country_code", "$geoip_country_confidence", "$geoip_country_name", "$geoip_disable", "$geoip_latitude",
    "$geoip_longitude", "$geoip_postal_code", "$geoip_postal_code_confidence", "$geoip_subdivision_1_code",
    "$geoip_subdivision_1_confidence", "$geoip_subdivision_1_name", "$geoip_subdivision_2_code",
    "$geoip_subdivision_2_confidence", "$geoip_subdivision_2_name", "$geoip_subdivision_3_code",
    "$geoip_subdivision_3_name", "$geoip_time_zone", "$go_version", "$group_0", "$group_1", "$group_2", "$group_3",
    "$group_4", "$group_key", "$group_set", "$group_type", "$had_persisted_distinct_id", "$has_autocapture",
    "$has_recording", "$has_replay_events", "$host", "$hosts", "$ignore_sent_at", "$initial_person_info",
    "$initialization_time", "$ip", "$ip_address", "$is_bounce", "$is_emulator", "$is_identified",
    "$is_ios_running_on_mac", "$is_mac_catalyst_app", "$issue_description", "$issue_name", "$last_external_click_url",
    "$last_posthog_reset", "$last_seen_survey_date", "$level", "$lib", "$lib_custom_api_host",
    "$lib_rate_limit_remaining_tokens", "$lib_version", "$lib_version__major", "$lib_version__minor",
    "$lib_version__patch", "$locale", "$mcp_auth_failure_reason", "$mcp_auth_method", "$mcp_auth_status",
    "$mcp_client_name", "$mcp_client_user_agent", "$mcp_client_version", "$mcp_consumer", "$mcp_conversation_id",
    "$mcp_duration_ms", "$mcp_error_code", "$mcp_error_field", "$mcp_error_message", "$mcp_error_status",
    "$mcp_error_type", "$mcp_exec_inner_tool_names", "$mcp_exec_tool_call_description", "$mcp_exec_tool_call_name",
    "$mcp_intent", "$mcp_intent_source", "$mcp_is_error", "$mcp_listed_tool_names", "$mcp_missing_scope", "$mcp_mode",
    "$mcp_oauth_client_name", "$mcp_organization_id", "$mcp_parameters", "$mcp_project_id", "$mcp_project_name",
    "$mcp_project_uuid", "$mcp_protocol_version", "$mcp_read_only", "$mcp_region", "$mcp_resource_name",
    "$mcp_response", "$mcp_server_name", "$mcp_server_version", "$mcp_session_id", "$mcp_source",
    "$mcp_tool_category", "$mcp_tool_description", "$mcp_tool_name", "$mcp_transport", "$mcp_version",
    "$network_bluetooth", "$network_carrier", "$network_cellular", "$network_wifi", "$num_uniq_urls", "$os",
    "$os_distro", "$os_name", "$os_version", "$otel_end_time_unix_nano", "$otel_span_name",
    "$otel_start_time_unix_nano", "$override_feature_flag_payloads", "$override_feature_flags", "$pageview_count",
    "$pageview_id", "$pathname", "$performance_page_loaded", "$performance_raw", "$plugins_deferred",
    "$plugins_failed", "$plugins_succeeded", "$prev_pageview_duration", "$prev_pageview_id",
    "$prev_pageview_last_content", "$prev_pageview_last_content_percentage", "$prev_pageview_last_scroll",
    "$prev_pageview_last_scroll_percentage", "$prev_pageview_max_content", "$prev_pageview_max_content_percentage",
    "$prev_pageview_max_scroll", "$prev_pageview_max_scroll_percentage", "$prev_pageview_pathname", "$process_person",
    "$process_person_profile", "$product_tour_dismiss_reason", "$product_tour_id", "$product_tour_last_seen_date",
    "$product_tour_name", "$product_tour_step_order", "$product_tour_steps_count", "$product_tours_activated",
    "$product_tours_enabled_server_side", "$python_runtime", "$python_version", "$raw_user_agent",
    "$recording_status", "$referrer", "$referring_domain", "$replay_minimum_duration",
    "$replay_override_event_trigger", "$replay_override_linked_flag", "$replay_override_sampling",
    "$replay_override_url_trigger", "$replay_sample_rate", "$replay_script_config", "$revenue", "$screen_count",
    "$screen_density", "$screen_height", "$screen_name", "$screen_width", "$sdk_debug_current_session_duration",
    "$sdk_debug_error_capturing_properties", "$sdk_debug_extensions_init_method",
    "$sdk_debug_extensions_init_time_ms", "$sdk_debug_recording_script_not_loaded",
    "$sdk_debug_replay_event_trigger_status", "$sdk_debug_replay_flushed_size", "$sdk_debug_replay_full_snapshots",
    "$sdk_debug_replay_internal_buffer_length", "$sdk_debug_replay_internal_buffer_size",
    "$sdk_debug_replay_linked_flag_trigger_status", "$sdk_debug_replay_matched_recording_trigger_groups",
    "$sdk_debug_replay_remote_trigger_matching_config", "$sdk_debug_replay_rrweb_error",
    "$sdk_debug_replay_trigger_groups_count", "$sdk_debug_replay_url_trigger_status", "$sdk_debug_retry_queue_size",
    "$sdk_debug_rrweb_attached", "$sdk_debug_rrweb_start_attempted", "$sdk_debug_session_start", "$search_engine",
    "$selected_content", "$sent_at", "$sentry_event_id", "$sentry_url", "$sess_rec_flush_size", "$session_duration",
    "$session_entry_ph_keyword", "$session_entry_url", "$session_id", "$session_is_sampled",
    "$session_recording_canvas_recording", "$session_recording_event_trigger_activated_session",
    "$session_recording_masking", "$session_recording_network_payload_capture",
    "$session_recording_recorder_version_server_side", "$session_recording_remote_config",
    "$session_recording_start_reason", "$session_recording_url_trigger_activated_session",
    "$session_recording_url_trigger_status", "$snapshot_bytes", "$snapshot_data", "$snapshot_items",
    "$snapshot_source", "$stack_trace", "$start_timestamp", "$survey_completed", "$survey_id", "$survey_iteration",
    "$survey_iteration_start_date", "$survey_last_seen_date", "$survey_name", "$survey_partially_completed",
    "$survey_questions", "$survey_response", "$survey_response_1", "$survey_submission_id", "$surveys_activated",
    "$time", "$timestamp", "$timezone", "$timezone_offset", "$touch_x", "$touch_y", "$transformations_failed",
    "$transformations_skipped", "$transformations_succeeded", "$update_person_last_seen_at", "$urls", "$user_agent",
    "$user_id", "$viewport_height", "$viewport_width", "$virt_bot_name", "$virt_bot_operator",
    "$virt_initial_channel_type", "$virt_initial_referring_domain_type", "$virt_is_bot", "$virt_mrr", "$virt_revenue",
    "$virt_traffic_category", "$virt_traffic_type", "$vitals_lcp", "$warehouse_source_row", "$web_vitals_CLS_event",
    "$web_vitals_CLS_value", "$web_vitals_FCP_event", "$web_vitals_FCP_value", "$web_vitals_INP_event",
    "$web_vitals_INP_value", "$web_vitals_LCP_event", "$web_vitals_LCP_value", "$web_vitals_allowed_metrics",
    "$web_vitals_enabled_server_side", "$window_id",
];

/// Where a visitor came from: first values of these have a `$`, they themselves have none.
#[rustfmt::skip]
const CAMPAIGN: &[&str] = &[
    "_kx", "dclid", "epik", "fbclid", "gad_source", "gbraid", "gclid", "gclsrc", "igshid", "irclid", "li_fat_id",
    "mc_cid", "msclkid", "qclid", "rdt_cid", "sccid", "ttclid", "twclid", "utm_campaign", "utm_content", "utm_medium",
    "utm_name", "utm_source", "utm_term", "wbraid",
];

#[rustfmt::skip]
const PROFILE: &[&str] = &[
    "$avatar", "$city", "$country_code", "$created", "$email", "$first_name", "$last_name", "$name", "$phone",
    "$region", "$timezone",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_sorted_and_holds_a_name_once() {
        for table in [EVENTS, PROPERTIES, CAMPAIGN, PROFILE] {
            assert!(table.is_sorted_by(|one, next| one < next));
        }
    }

    #[test]
    fn a_first_value_has_the_name_of_its_property() {
        for name in ["$initial_utm_source", "$initial_referrer", "$session_entry_host", "$entry_gclid", "$feature/x"] {
            assert!(is_property(name), "{name}");
        }
        for name in ["$initial_nothing", "$pageviews", "$", "referrer"] {
            assert!(!is_property(name), "{name}");
        }
    }
}
