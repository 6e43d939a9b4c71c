package propose

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

// Words are of fields that there are, and every entity that is recognised has words for what it needs.
func TestWordsAreOfFields(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	for name, of := range words.Entities {
		contract, ok := entity.Lookup(name)
		require.True(t, ok, name)
		for field := range of.Fields {
			_, ok := contract.Field(field)
			require.True(t, ok, "%s.%s", name, field)
		}
	}
	for _, name := range recognisable() {
		contract, _ := entity.Lookup(name)
		for _, f := range contract.Fields {
			if f.Required {
				require.NotEmpty(t, words.Entities[name].Fields[f.Name].Words, "%s.%s", name, f.Name)
			}
		}
	}
}

// Headers that look like a field and mean something else.
func TestHeadersThatMeanSomethingElse(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	k := &knowledge{words: words}
	filled := func(header string) *column {
		c := k.newColumn(header, 0)
		c.filled, c.numbers, c.whole, c.values = 10, 10, 10, map[string]int{"1": 5, "2": 5}
		return c
	}
	opportunity, _ := entity.Lookup("opportunity")
	for header, field := range map[string]string{
		"Sales Stage Change Count": "stage", "Weighted Amount": "amount", "Account Owner": "account_id", "Days to Close": "close_date", "Company Size": "account_id",
		"Owner Region": "owner_id", "Account ID": "opportunity_id", "Client Size By Revenue": "amount", "Closed Date": "is_closed", "Product Price": "product",
	} {
		f, ok := opportunity.Field(field)
		require.True(t, ok)
		require.Less(t, k.score("opportunity", f, filled(header)), float64(leastScore), "%s is no %s", header, field)
	}
	for header, field := range map[string]string{
		"Opportunity Amount USD": "amount", "ACV (EUR)": "amount", "Deal Value": "amount", "TCV $": "amount", "Auftragswert (€)": "amount", "OppID": "opportunity_id",
	} {
		f, _ := opportunity.Field(field)
		require.GreaterOrEqual(t, k.score("opportunity", f, filled(header)), float64(leastScore), "%s is %s", header, field)
	}
}
