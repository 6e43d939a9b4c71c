package source

import (
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/entity"
)

const (
	atMost     = 6  // names that a sentence lists
	mostOthers = 20 // files that are looked at for what another preset knows
)

// nothing says that the folder has no file that the preset knows. What a configuration without preset
// lacks is said by whoever knows what it is needed for.
func (s *search) nothing() error {
	if len(s.found.Files)+len(s.found.Growing) > 0 || s.preset.ConfiguredOnly {
		return nil
	}
	refused := &RefusedError{
		Name:   s.src.Path,
		Reason: fmt.Sprintf("holds no export that preset %s knows: %s; %s", s.preset.Name, s.soughtNames(), s.presentNames()),
		Hint:   fmt.Sprintf("correct path or preset of source %s, or name the files below its extracts", s.src.Name),
	}
	if fit, file := s.otherPreset(); fit.Preset != "" {
		refused.Hint = fmt.Sprintf("%s looks like %s of preset %s: set preset: %s for source %s",
			file, fit.Entity, fit.Preset, fit.Preset, s.src.Name)
	}
	return refused
}

// otherPreset gives what another preset makes of one of the files, and its name.
func (s *search) otherPreset() (Fit, string) {
	presets := Presets()
	for _, file := range s.others[:min(len(s.others), mostOthers)] {
		headers, err := s.header(file, "")
		if err != nil {
			continue // what it is does not matter, for it is read by nobody
		}
		for _, fit := range Recognise(headers, presets...) {
			if fit.IsSure() && fit.Preset != s.preset.Name {
				return fit, file.Name
			}
		}
	}
	return Fit{}, ""
}

func (s *search) soughtNames() string {
	var names []string
	for _, contract := range entity.All() {
		if files := s.src.Extracts[contract.Name].Files; len(files) > 0 {
			names = append(names, files[0])
			continue
		}
		for _, export := range s.preset.Entities[contract.Name] {
			if objects := export.objects(contract.Name); len(objects) > 0 {
				names = append(names, objects[0])
				break
			}
		}
	}
	text := "it looked for files called " + listed(names)
	if len(s.matcher.anyNames) > 0 {
		text += ", and for any whose header tells what it is"
	}
	return text
}

func (s *search) presentNames() string {
	if len(s.found.Ignored) == 0 {
		return "nothing is there"
	}
	slices.Sort(s.found.Ignored)
	return "what is there is " + listed(s.found.Ignored)
}

// listed names the first of several things and counts the others.
func listed(names []string) string {
	if len(names) <= atMost {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:atMost], ", "), len(names)-atMost)
}
