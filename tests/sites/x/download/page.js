window.YTD.tweets.part0 = [
 {
  "tweet": {
   "id": "1700000000000000001",
   "id_str": "1700000000000000001",
   "created_at": "Tue Sep 01 10:00:00 +0000 2026",
   "full_text": "@ottilie_b We are looking into it.",
   "in_reply_to_status_id_str": "1699999999999999999",
   "in_reply_to_status_id": "1699999999999999999",
   "favorite_count": "2",
   "retweet_count": "0",
   "lang": "en",
   "entities": {
    "hashtags": [],
    "user_mentions": [
     {
      "screen_name": "ottilie_b",
      "id_str": "501"
     }
    ],
    "urls": []
   }
  }
 }
]
