package sql_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"truce/fixtures/oracle"
	"truce/fixtures/oracle/companies"
)

// sellers gives a company that decided many deals in two years and has nothing else: some owners more or
// fewer than the ten that a group needs, deals of nobody, and deals without a date, a value or a rate.
func sellers(seed int) oracle.Input {
	in := companies.Company(1).Example(seed)
	s := in.Settings
	s.AsOf, s.Segments = oracle.NewDay(2025, time.January, 1)+oracle.Day(seed*23), []string{"SMB", "Enterprise"}
	in = oracle.Input{Opportunities: []oracle.Opportunity{}, Settings: s}
	draw := rand.New(rand.NewPCG(uint64(seed), 0)).IntN
	for i := range 150 + 80*(seed%5) {
		closed := s.AsOf + 10 - oracle.Day(draw(740))
		o := oracle.Opportunity{
			OpportunityID: fmt.Sprintf("D%d-%d", seed, i), OwnerID: fmt.Sprint("O", draw(9+seed%4)), Status: []string{"won", "lost"}[draw(2)],
			Segment: []string{"", "SMB", "Enterprise"}[draw(3)], Competitor: []string{"", "Acme", "Rival"}[draw(3)],
			IsNewBusiness: draw(4) > 0, CloseDate: &closed,
		}
		if draw(12) == 0 {
			o.OwnerID = ""
		}
		if draw(10) > 0 {
			created := closed + 4 - oracle.Day(draw(90))
			o.CreatedOn = &created
		}
		switch amount := int64(draw(5_000_000)); draw(12) {
		case 0:
		case 1:
			o.HasNoRate = true
		case 2:
			o.Amount = new(int64)
		default:
			o.Amount = &amount
		}
		in.Opportunities = append(in.Opportunities, o)
	}
	return in
}

// entryWins is the number of wins by which a market of the company counts as entered.
func entryWins(s oracle.Settings) int { return 1 + int(s.AsOf)%4 }

// markets gives a company that won a few deals in each of two segments, from half a year before its
// ledger begins, for round amounts, so that now and then they are just what the segments cost.
func markets(seed int) oracle.Input {
	in := oracle.Input{Opportunities: []oracle.Opportunity{}, Costs: []oracle.CostLine{}, Settings: companies.Company(1).Example(seed).Settings}
	s := &in.Settings
	s.AsOf, s.Segments = oracle.NewDay(2025, time.January, 1)+oracle.Day(seed), []string{"SMB", "Enterprise"}
	draw := rand.New(rand.NewPCG(uint64(seed), 1)).IntN
	segment := func() string { return append([]string{""}, s.Segments...)[draw(3)] }
	for i := range draw(12) {
		closed := s.AsOf + 20 - oracle.Day(draw(400))
		amount := int64(draw(5)) * 100_00
		o := oracle.Opportunity{
			OpportunityID: fmt.Sprintf("D%d-%d", seed, i), Status: []string{"won", "won", "won", "lost"}[draw(4)],
			Segment: segment(), CreatedOn: &closed, CloseDate: &closed, Amount: &amount,
		}
		if draw(8) == 0 {
			o.CloseDate = nil
		}
		in.Opportunities = append(in.Opportunities, o)
	}
	for i := range draw(12) {
		line := oracle.CostLine{
			LineID: fmt.Sprint("X", i), Month: s.AsOf + 20 - oracle.Day(draw(220)), Category: "Ads", Segment: segment(),
			Kind: []string{"", "market_entry"}[draw(2)],
		}
		if amount := int64(draw(7)-1) * 100_00; draw(8) > 0 {
			line.Amount = &amount
		}
		in.Costs = append(in.Costs, line)
	}
	return in
}
