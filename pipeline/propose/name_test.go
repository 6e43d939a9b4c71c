package propose

import (
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWordsOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][]string{
		"Opportunity Amount USD": {"opportunity", "amount", "usd"}, "DealStage": {"deal", "stage"}, "sales_agent": {"sale", "agent"},
		"Étape": {"etape"}, "Opp #": {"opportunity", "number"}, "Loss_Reason__c": {"loss", "reason"}, "Auftragswert (€)": {"auftragswert", "eur"},
		"Größe": {"grosse"}, "No. of Employees": {"no", "of", "employee"}, "Status": {"status"},
	} {
		require.Equal(t, want, wordsOf(header), header)
	}
}

func TestIdentifier(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Deal Size Category": "deal_size_category", "Größe (m²)": "grosse_m2", "2nd Region": "nd_region", "RegionName": "region_name", "地域": "", "ACV": "acv",
	} {
		require.Equal(t, want, identifier(header), header)
	}
}

// What is written as a scalar is read back as the same text, alone and within brackets.
func TestScalarsAreReadBack(t *testing.T) {
	t.Parallel()
	check := func(t require.TestingT, text string) {
		var read struct {
			Alone string
			List  []string
		}
		require.NoError(t, yaml.Unmarshal([]byte("alone: "+scalar(text, false)+"\nlist: ["+scalar(text, true)+", x]\n"), &read), "%q", text)
		require.Equal(t, text, read.Alone)
		require.Equal(t, []string{text, "x"}, read.List)
	}
	for _, text := range []string{
		"true", "No", "~", "1", "1 - Discovery", "a: b", "a #b", "'x'", `"`, `\`, "Won", " padded ", "", "[x]", "{a}", "a, b", "-", "- x", "&a", "*a", "R&D", "Büro",
		"2024-01-01", "null", "0x10", "!tag", "%", "@x", "`", "|", ">", "?", "a\tb", "\u00a0x", "Opp #", ".", "..", ".5", "_", "1e3", "=", "Id. Decision Makers", ".inf",
	} {
		check(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.RuneFrom([]rune("aB1 .,:;#-_'\"\\[]{}&*!|>%@`~?/()+=öé€\n\t"))).Draw(t, "text"))
	})
}
