package propose

import (
	_ "embed" // the word lists are data
	"fmt"

	"github.com/goccy/go-yaml"
)

var (
	//go:embed words.yaml
	headerWords []byte
	//go:embed outcomes.yaml
	outcomeWords []byte
)

// dictionary holds the words by which headers, stages and statuses are understood.
type dictionary struct {
	Entities   map[string]entityWords `yaml:"entities"`
	Attributes fieldWords             `yaml:"attributes"`
	Units      []string               `yaml:"unit"`
	outcomes   outcomes
}

// entityWords says what people call an entity and its fields.
type entityWords struct {
	Names  phrases               `yaml:"names"`
	Fields map[string]fieldWords `yaml:"fields"`
}

// fieldWords says what people call a field, and which words show that they mean another one.
type fieldWords struct {
	Words phrases `yaml:"words"`
	Not   phrases `yaml:"not"`
}

// outcomes holds the words in the names of stages and statuses.
type outcomes struct {
	Won     phrases            `yaml:"won"`
	Perhaps phrases            `yaml:"perhaps"`
	Lost    phrases            `yaml:"lost"`
	Not     phrases            `yaml:"not"`
	Unsure  phrases            `yaml:"unsure"`
	Promise phrases            `yaml:"promise"`
	Open    phrases            `yaml:"open"`
	Places  []phrases          `yaml:"places"`
	Costs   map[string]phrases `yaml:"costs"`
	Leads   map[string]phrases `yaml:"leads"`
}

// phrases are names that are taken apart into words.
type phrases [][]string

// UnmarshalYAML takes the phrases apart.
func (p *phrases) UnmarshalYAML(unmarshal func(any) error) error {
	var texts []string
	if err := unmarshal(&texts); err != nil {
		return err
	}
	for _, text := range texts {
		*p = append(*p, wordsOf(text))
	}
	return nil
}

// readDictionary gives the embedded word lists.
func readDictionary() (*dictionary, error) {
	var d dictionary
	if err := yaml.UnmarshalWithOptions(headerWords, &d, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("decode the words of headers: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(outcomeWords, &d.outcomes, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("decode the words of outcomes: %w", err)
	}
	return &d, nil
}
