/* SPDX-License-Identifier: MIT */
// What g++.sh compiles: templates of the standard library, a few of them for several types; -DWORK_SMALL leaves most out.
#ifdef WORK_SMALL
#include <map>
#include <string>
#include <vector>

std::size_t all(const std::string &text)
{
    std::map<std::string, std::vector<int>> index;
    index[text].push_back(int(text.size()));
    return index.size();
}
#else
#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

template <int N> struct Key {
    std::string name;
    int number = N;
    bool operator<(const Key &o) const { return std::tie(name, number) < std::tie(o.name, o.number); }
};

template <int N> std::size_t work(const std::string &text)
{
    std::map<Key<N>, std::vector<std::string>> index;
    std::unordered_map<std::string, std::deque<Key<N>>> queues;
    std::multiset<std::tuple<int, std::string, Key<N>>> order;
    std::istringstream in(text);
    for (std::string word; in >> word;) {
        index[Key<N>{word}].push_back(word + std::to_string(N));
        queues[word].push_back(Key<N>{word, int(word.size())});
        order.emplace(int(word.size()), word, Key<N>{});
    }
    std::vector<std::pair<Key<N>, std::function<int(int)>>> calls;
    for (auto &[key, words] : index)
        calls.emplace_back(key, [&words](int x) { return x + int(words.size()); });
    std::stable_sort(calls.begin(), calls.end(), [](auto &a, auto &b) { return b.first < a.first; });
    std::size_t sum = order.size() + queues.size();
    for (auto &call : calls)
        sum += std::size_t(call.second(N));
    return sum;
}

std::size_t all(const std::string &text)
{
    std::size_t sum = 0;
    sum += work<0>(text);
    return sum;
}
#endif
