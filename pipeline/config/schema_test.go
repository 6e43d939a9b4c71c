package config_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

func TestTheSchemaDescribesEverySetting(t *testing.T) {
	t.Parallel()
	text, err := config.Schema()
	require.NoError(t, err)
	again, err := config.Schema()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))

	var schema map[string]any
	require.NoError(t, json.Unmarshal(text, &schema))
	require.Equal(t, "https://json-schema.org/draft/2020-12/schema", schema["$schema"])
	require.Equal(t, []any{"sources"}, schema["required"])
	describes(t, schema, "")

	require.InDelta(t, 180, at(schema, "cohort_days")["default"], 0)
	require.Equal(t, "integer", at(schema, "cohort_days")["type"])
	require.Equal(t, true, at(schema, "reports", "duckdb")["default"])
	source := at(schema, "sources")["items"].(map[string]any)
	require.Equal(t, []any{
		"generic", "salesforce", "salesforce-report", "hubspot", "dynamics", "pipedrive", "zoho",
		"fivetran-salesforce", "fivetran-hubspot", "airbyte-salesforce", "airbyte-hubspot",
	}, at(source, "preset")["enum"])
	extracts := at(source, "extracts")
	require.Equal(t, map[string]any{"enum": []any{
		"account", "activity", "campaign", "campaign_touch", "content", "content_use", "cost", "exchange_rate", "lead",
		"lead_opportunity", "lead_status_change", "opportunity", "opportunity_account", "opportunity_merge", "opportunity_split",
		"owner", "quota", "stage", "stage_change",
	}}, extracts["propertyNames"])
	extract := extracts["additionalProperties"].(map[string]any)
	require.Len(t, at(extract, "files")["oneOf"], 2)
	rate := at(at(schema, "exchange_rates")["items"].(map[string]any), "rate")
	require.Equal(t, []any{"string", "number"}, rate["type"])
}

// at gives the schema of a setting below an object's schema.
func at(schema map[string]any, path ...string) map[string]any {
	for _, name := range path {
		schema = schema["properties"].(map[string]any)[name].(map[string]any)
	}
	return schema
}

// describes insists on a description of every property and on closed objects, at every depth.
func describes(t *testing.T, schema map[string]any, path string) {
	t.Helper()
	properties, ok := schema["properties"].(map[string]any)
	if ok {
		require.Equal(t, false, schema["additionalProperties"], path)
	}
	for name, property := range properties {
		p := property.(map[string]any)
		require.NotEmpty(t, p["description"], "%s.%s", path, name)
		describes(t, p, path+"."+name)
	}
	for _, below := range []string{"items", "additionalProperties"} {
		if p, ok := schema[below].(map[string]any); ok {
			describes(t, p, path+"."+below)
		}
	}
}
