package pipeline

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// extractOf says how a file is to be understood: what the configuration says, else what the preset
// knows, else what the loader finds out.
func extractOf(c *config.Config, src config.Source, preset source.Preset, contract *entity.Entity, export int) (load.Extract, error) {
	set := src.Extracts[contract.Name]
	var known source.Export
	if exports := preset.Entities[contract.Name]; export < len(exports) {
		known = exports[export]
	}
	company, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return load.Extract{}, fmt.Errorf("timezone %s: %w", c.Timezone, err)
	}
	zone, err := time.LoadLocation(cmp.Or(set.Timezone, preset.Zone, c.Timezone))
	if err != nil {
		return load.Extract{}, fmt.Errorf("timezone of source %s: %w", src.Name, err)
	}
	x := load.Extract{
		Entity: contract, Headers: map[string][]string{},
		Delimiter: delimiter(set.Delimiter),
		DateOrder: cmp.Or(set.DateOrder, preset.DateOrder),
		Decimal:   cmp.Or(set.Decimal, preset.Decimal),
		Zone:      zone, LocalZone: company,
		Nulls: slices.Concat(preset.Nulls, set.Nulls), Booleans: preset.Booleans, BlankFalse: preset.BlankFalse,
		Footers: preset.Footers, SalesforceIDs: preset.SalesforceIDs, ExcelSerials: preset.ExcelSerials || set.Serials,
		Currency: cmp.Or(set.Currency, c.Currency),
		Values:   map[string]map[string]string{}, FoldCase: set.FoldCase,
		Constants: merge(known.Constants, set.Constants), Only: map[string][]string{},
	}
	maps.Copy(x.Headers, known.Headers)
	maps.Copy(x.Values, known.Values)
	maps.Copy(x.Only, known.Only)
	for field, words := range set.Values {
		x.Values[field] = merge(x.Values[field], words)
	}
	for header, words := range set.Only {
		x.Only[header] = words
	}
	for field, text := range set.Constants {
		if text == "" { // stays empty, even where the file has a column of its name
			x.Headers[field] = []string{}
		}
	}
	x.FirstOf, x.Prefixes = firstOf(known.FirstOf, set), maps.Clone(known.Prefixes)
	for _, field := range slices.Sorted(maps.Keys(set.Columns)) {
		x.Headers[field] = set.Columns[field]
		x.Required = append(x.Required, field)
		delete(x.Constants, field)
		delete(x.Prefixes, field)
	}
	x.Attributes = attributes(set)
	for _, a := range x.Attributes {
		x.Headers[a.Name] = []string{cmp.Or(set.Attributes[a.Name].From, a.Name)}
		x.Required = append(x.Required, a.Name)
	}
	x.Split = splitOf(known.Split, set)
	if x.Unpivot, err = unpivotOf(known.Unpivot, set); err != nil {
		return load.Extract{}, fmt.Errorf("unpivot of source %s: %w", src.Name, err)
	}
	x.PersonKey, err = personKey(c)
	return x, err
}

// firstOf lists the fields that are read from several columns: those of the preset, but where the
// configuration says which columns a field is read from, it does so if it names several.
func firstOf(known []string, set config.Extract) []string {
	var fields []string
	for _, field := range known {
		if _, mapped := set.Columns[field]; !mapped {
			fields = append(fields, field)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(set.Columns)) {
		if len(set.Columns[field]) > 1 {
			fields = append(fields, field)
		}
	}
	return fields
}

// splitOf gives the field whose cells are lists: the configuration's, else the preset's, unless the
// configuration maps a column to it or turns columns into rows.
func splitOf(known *source.Split, set config.Extract) *load.Split {
	switch {
	case set.Split.Field != "":
		return &load.Split{Field: set.Split.Field, Separator: cmp.Or(set.Split.Separator, ";")}
	case known == nil || len(set.Columns[known.Field]) > 0 || len(set.Unpivot.Headers) > 0:
		return nil
	}
	return &load.Split{Field: known.Field, Separator: known.Separator}
}

// unpivotOf gives the columns that are rows: the configuration's, else the preset's, unless the
// configuration maps one column to what the preset takes from several.
func unpivotOf(known *source.Unpivot, set config.Extract) (*load.Unpivot, error) {
	headers, unpivot := []string(set.Unpivot.Headers), &load.Unpivot{Name: set.Unpivot.Name, Value: set.Unpivot.Value}
	if len(headers) == 0 {
		if known == nil || len(set.Columns[known.Name]) > 0 || len(set.Columns[known.Value]) > 0 || set.Split.Field != "" {
			return nil, nil
		}
		headers, unpivot = known.Headers, &load.Unpivot{Name: known.Name, Value: known.Value}
	}
	for _, text := range headers {
		header, err := regexp.Compile("(?i)^(?:" + text + ")$")
		if err != nil {
			return nil, err
		}
		unpivot.Headers = append(unpivot.Headers, header)
	}
	return unpivot, nil
}

// attributes gives the further columns of an extract by name.
func attributes(set config.Extract) []entity.Field {
	var fields []entity.Field
	for _, name := range slices.Sorted(maps.Keys(set.Attributes)) {
		kind, _ := entity.ParseType(set.Attributes[name].Type)
		fields = append(fields, entity.Field{Name: name, Type: kind, Doc: "attribute of the configuration"})
	}
	return fields
}

// Attributes gives the further columns of an entity over all sources, by name. Two sources that
// give one attribute different types are refused.
func Attributes(c *config.Config, entityName string) ([]entity.Field, error) {
	found := map[string]entity.Field{}
	for i, src := range c.Sources {
		for _, field := range attributes(src.Extracts[entityName]) {
			if known, ok := found[field.Name]; ok && known.Type != field.Type {
				key := fmt.Sprintf("sources[%d].extracts.%s.attributes.%s", i, entityName, field.Name)
				return nil, config.NewError(c.Problem(key,
					fmt.Sprintf("it is %s here and %s in another source", field.Type, known.Type), "give it the same type everywhere"))
			}
			found[field.Name] = field
		}
	}
	fields := make([]entity.Field, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		fields = append(fields, found[name])
	}
	return fields, nil
}

func delimiter(name string) byte {
	switch name {
	case "comma":
		return ','
	case "semicolon":
		return ';'
	case "tab":
		return '\t'
	case "pipe":
		return '|'
	}
	return 0
}

func delimiterName(d byte) string {
	switch d {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "pipe"
	}
	return ""
}

// mappingVersion changes when the loader reads the same text under the same settings differently.
const mappingVersion = 2

// mappingHash names the settings by which a file is read. A file whose settings changed is landed
// anew.
func mappingHash(x load.Extract, encoding, sheet string) (string, error) {
	settings := map[string]any{
		"version": mappingVersion, "entity": x.Entity.Name, "fields": x.Entity.Fields, "attributes": x.Attributes,
		"headers": x.Headers, "required": x.Required, "delimiter": x.Delimiter, "date_order": x.DateOrder, "decimal": x.Decimal,
		"zone": x.Zone.String(), "local_zone": x.LocalZone.String(), "nulls": x.Nulls, "booleans": x.Booleans,
		"blank_false": x.BlankFalse, "footers": x.Footers, "comments": x.Comments, "salesforce_ids": x.SalesforceIDs,
		"excel_serials": x.ExcelSerials, "currency": x.Currency, "encoding": encoding, "sheet": sheet,
		"values": x.Values, "fold_case": x.FoldCase, "constants": x.Constants, "only": x.Only, "unpivot": x.Unpivot,
		"first_of": x.FirstOf, "prefixes": x.Prefixes, "split": x.Split,
		"person_key": secretHash(x.PersonKey),
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("hash the mapping of %s: %w", x.Entity.Name, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}
