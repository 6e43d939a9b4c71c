package propose

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutcomeOfStages(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	for want, names := range map[outcome][]string{
		outcomeWon: {
			"Won", "Closed Won", "closedwon", "Closed/Won", "Won - Renewal", "win", "7. Gewonnen", "Gagné", "Closed - Won", "Ganado",
			"Auftrag erhalten", "Contract signed", "Closed Won - Pending payment", "Deal Won",
			"Closed—won", "Vendida", "Успешно реализовано",
		},
		outcomeLost: {
			"Lost", "Loss", "Closed Lost", "closedlost", "Closed - Lost to competitor", "Lost - Price", "Lost deal", "verloren", "Perdu", "Abandoned",
			"Disqualified", "Not Won", "Closed - Not Won", "Nicht gewonnen", "Non gagné", "No Decision", "Cancelled", "Lost at proposal",
			"Proposal rejected", "Verloren nach Angebot", "Qualified Out", "Lost - contact left", "Lose",
			"No budget - lost", "Kein Bedarf", "Закрыто и не реализовано", "Closed unsuccessfully",
		},
		outcomeOpen: {
			"Prospecting", "Negotiation/Review", "Open", "On Hold", "Contract Sent", "Qualified", "Angebot erstellt", "Not lost", "Closed", "",
		},
		outcomeUnsure: {"Lost contact", "Almost won", "Verbal win", "Likely to be lost", "Not yet won", "Proposal to be signed"},
	} {
		for _, name := range names {
			require.Equal(t, want, words.outcomes.of(name), name)
		}
	}
}

// Customer and closed mean won only in a list that says lost and has no other word for won.
func TestOutcomesAmidOthers(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	for _, c := range []struct {
		names     []string
		won, lost []string
	}{
		{names: []string{"Customer", "Prospect", "Churned"}, won: []string{"Customer"}, lost: []string{"Churned"}},
		{names: []string{"Converted", "Not Converted"}, won: []string{"Converted"}, lost: []string{"Not Converted"}},
		{names: []string{"Closed", "Closed Won", "Closed Lost"}, won: []string{"Closed Won"}, lost: []string{"Closed Lost"}},
		{names: []string{"Closed", "Demo"}},
		{names: []string{"Shipped", "Cancelled"}, lost: []string{"Cancelled"}},
	} {
		of, _ := words.outcomes.amid(slices.Values(c.names))
		var won, lost []string
		for _, name := range c.names {
			switch of(name) {
			case outcomeWon:
				won = append(won, name)
			case outcomeLost:
				lost = append(lost, name)
			}
		}
		require.Equal(t, c.won, won)
		require.Equal(t, c.lost, lost)
	}
}

func TestLeadSteps(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	for name, want := range map[string]string{
		"Marketing Qualified Lead": "mql", "MQL": "mql", "Sales Accepted": "accepted", "Working - Contacted": "accepted", "Unqualified": "rejected",
		"Closed - Not Converted": "rejected", "Nurture": "recycled", "New": "", "Not accepted": "",
	} {
		require.Equal(t, want, words.outcomes.leadStep(name), name)
	}
}
