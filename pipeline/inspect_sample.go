package pipeline

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/landing"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// mostSampled is how many rows of an entity are kept for the classification.
const mostSampled = 200_000

// land writes the samples as a landing of their own.
func (s *sampler) land(seen Inspection) error {
	s.facts.Mapped = map[string]map[string]bool{}
	for _, contract := range entity.All() {
		columns, err := Columns(s.config, contract)
		if err != nil {
			return err
		}
		l := engine.Landing{Entity: contract, Columns: columns}
		s.facts.Mapped[contract.Name] = seen.mapped(contract.Name)
		for i, src := range seen.Sources {
			newest := src.newest(contract.Name)
			for n, file := range src.Files {
				if file.Entity != contract.Name || len(file.Text.Rows) == 0 {
					continue
				}
				landed, err := s.landFile(file, fmt.Sprintf("%s-%d-%d", contract.Name, i, n))
				if err != nil {
					return err
				}
				landed.Source = src.Name
				landed.IsCurrent = s.modeOf(src.Name, contract.Name) != landing.Snapshot || file.Date == nil || file.Date.Equal(newest)
				l.Files = append(l.Files, landed)
			}
		}
		s.facts.Landing = append(s.facts.Landing, l)
	}
	return nil
}

func (s *sampler) modeOf(source, entityName string) string {
	at := slices.IndexFunc(s.config.Sources, func(src config.Source) bool { return src.Name == source })
	return s.config.Sources[at].ModeOf(entityName)
}

// landFile writes one sample.
func (s *sampler) landFile(file InspectedFile, name string) (engine.LandingFile, error) {
	r := engine.Relation{Name: name, Columns: []engine.Column{{Name: "_line", Type: engine.BigInteger}}}
	landed := engine.LandingFile{
		Parts: []string{filepath.Join(s.dir, name+".parquet")}, Name: file.Name, LoadID: "sample",
		EffectiveAt: time.Unix(0, 0), LandedAt: time.Unix(0, 0), MayRepeat: true,
	}
	if file.Date != nil {
		landed.EffectiveAt = *file.Date
	}
	for _, c := range file.Text.Columns {
		r.Columns = append(r.Columns, engine.Column{Name: c.Field, Type: columnType(c.Type)})
		landed.Columns = append(landed.Columns, c.Field)
		landed.Layout += c.Field + " " + c.Type.String() + " "
	}
	for n, row := range file.Text.Rows {
		values := []any{int64(n)}
		for i, value := range row {
			if at, ok := value.(time.Time); ok && file.Text.Columns[i].Type == entity.Date {
				value = engine.DayOf(at)
			}
			values = append(values, value)
		}
		r.Rows = append(r.Rows, values)
	}
	return landed, r.WriteParquet(landed.Parts[0])
}

// columnType gives the type in which a sample keeps a field; decimals are texts there.
func columnType(t entity.Type) engine.ColumnType {
	switch t {
	case entity.Integer:
		return engine.BigInteger
	case entity.Boolean:
		return engine.Boolean
	case entity.Date:
		return engine.Date
	case entity.Timestamp:
		return engine.Timestamp
	case entity.Text, entity.Decimal, entity.Rate:
		return engine.Text
	}
	return engine.Text
}

// mapped tells which fields of an entity some file has.
func (i Inspection) mapped(entityName string) map[string]bool {
	mapped := map[string]bool{}
	for _, src := range i.Sources {
		for _, file := range src.Files {
			for _, c := range file.Text.Columns {
				if file.Entity == entityName && c.Mapped {
					mapped[c.Field] = true
				}
			}
		}
	}
	return mapped
}

// newest gives the newest date in the names of an entity's files.
func (s InspectedSource) newest(entityName string) (newest time.Time) {
	for _, file := range s.Files {
		if file.Entity == entityName && file.Date != nil && file.Date.After(newest) {
			newest = *file.Date
		}
	}
	return newest
}

// unread lists the columns that rules read and that no file has, by key of the configuration.
func (i Inspection) unread(reads map[string][]string) []string {
	var warnings []string
	for _, key := range sortedKeys(reads) {
		for _, column := range reads[key] {
			entityName, field, ok := strings.Cut(column, ".")
			switch mapped := i.mapped(entityName); {
			case !ok || mapped[field], entityName == "lead" && len(mapped) == 0:
			case len(mapped) == 0:
				warnings = append(warnings, fmt.Sprintf("%s reads %s, but there is no file of %s: it is always empty", key, column, entityName))
			default:
				warnings = append(warnings, fmt.Sprintf("%s reads %s, which no file has: it is always empty", key, column))
			}
		}
	}
	return warnings
}

// blocks says that a file which was seen whole has more refused rows than the configuration allows, or
// nothing else.
func blocks(text load.Inspection, limit config.QuarantineLimit) string {
	n := text.Counts
	switch rows := n.Loaded + n.Quarantined; {
	case !text.Whole:
		return ""
	case n.Loaded == 0 && n.Quarantined > 0:
		return fmt.Sprintf("none of its %d rows can be read; mend the export, or how the configuration maps it", rows)
	case refusesTooMuch(n.Loaded, n.Quarantined, limit):
		return fmt.Sprintf("%d of its %d rows would be refused, more than checks.quarantine allows; mend the export, or raise rows and rate there",
			n.Quarantined, rows)
	}
	return ""
}

// otherPreset says which preset knows the header of a file that this one cannot read.
func (k inspector) otherPreset(headers []string) []string {
	for _, fit := range source.Recognise(headers) {
		if fit.IsSure() && fit.Preset != k.preset.Name {
			return []string{fmt.Sprintf("it looks like %s of preset %s: set preset: %s for source %s",
				fit.Entity, fit.Preset, fit.Preset, k.src.Name)}
		}
	}
	return nil
}
