package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Schema gives the JSON Schema (draft 2020-12) of truce.yaml, for editors. The same program always
// gives the same bytes.
func Schema() ([]byte, error) {
	schema := schemaOf(reflect.TypeFor[Config](), "")
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "truce.yaml"
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return append(text, '\n'), nil
}

// schemaOf describes a type; tag is that of the struct field it belongs to.
func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	switch t.Kind() {
	case reflect.Struct:
		return structureSchema(t)
	case reflect.Map:
		schema := map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem(), "")}
		if names := keyNames(tag); names != nil {
			schema["propertyNames"] = map[string]any{"enum": names}
		}
		return schema
	case reflect.Slice:
		list := map[string]any{"type": "array", "items": schemaOf(t.Elem(), "")}
		if t == reflect.TypeFor[Strings]() {
			return map[string]any{"oneOf": []any{map[string]any{"type": "string"}, list}}
		}
		return list
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	default:
		return textSchema(tag)
	}
}

func textSchema(tag reflect.StructTag) map[string]any {
	schema := map[string]any{"type": "string"}
	if tag.Get("number") == "true" {
		schema["type"] = []string{"string", "number"}
	}
	if values := tag.Get("enum"); values != "" {
		schema["enum"] = strings.Split(values, ",")
	}
	return schema
}

func structureSchema(t reflect.Type) map[string]any {
	properties, required := make(map[string]any), []string{}
	for i, name := range fieldNames(t) {
		if name == "" {
			continue
		}
		field := t.Field(i)
		property := schemaOf(field.Type, field.Tag)
		property["description"] = field.Tag.Get("doc")
		if text := field.Tag.Get("default"); text != "" {
			property["default"] = defaultOf(field.Type, text)
		}
		if field.Tag.Get("required") == "true" {
			required = append(required, name)
		}
		properties[name] = property
	}
	schema := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func defaultOf(t reflect.Type, text string) any {
	switch t.Kind() {
	case reflect.Bool:
		return text == "true"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return json.Number(text)
	default:
		return text
	}
}

// enumOf lists the values that a field of T takes.
func enumOf[T any](field string) []string {
	f, _ := reflect.TypeFor[T]().FieldByName(field)
	return strings.Split(f.Tag.Get("enum"), ",")
}
